import RingProtocol
import Synchronization

/// Tells what documents are called, for the verdicts that name the copy that stays.
protocol DocumentNames: Sendable {
  /// The name of the document at `ordinal`.
  func name(of ordinal: UInt64) throws -> String
}

/// The names of a block's documents: where each ends, and their bytes.
struct BlockNames: Sendable {
  var ends: [UInt32] = []
  var bytes: [UInt8] = []

  init(_ block: DocumentBlock) {
    ends.reserveCapacity(block.documents.count)
    for document in block.documents {
      bytes += Array(document.name.utf8)
      ends.append(UInt32(bytes.count))
    }
  }

  var byteCount: Int { bytes.count + 4 * ends.count }

  func name(_ index: Int) -> String {
    let begin = index == 0 ? 0 : Int(ends[index - 1])
    return String(decoding: bytes[begin..<Int(ends[index])], as: UTF8.self)
  }
}

/// The names of all documents read so far, in memory.
final class NamesInMemory: DocumentNames {
  private let blocks = Mutex<[Int: BlockNames]>([:])
  private let size = Atomic(0)
  private let limit: Int

  /// - Parameter limit: bytes that they may take.
  init(limit: Int) {
    self.limit = limit
  }

  func add(_ names: BlockNames, block: Int) throws(TableOverflow) {
    let size = size.add(names.byteCount, ordering: .relaxed).newValue
    guard size <= limit else { throw TableOverflow() }
    blocks.withLock { $0[block] = names }
  }

  func name(of ordinal: UInt64) -> String {
    blocks.withLock { $0[Ordinal.block(of: ordinal)]!.name(Ordinal.index(of: ordinal)) }
  }
}

/// Writes the names of the documents of a part to a file that appears whole.
///
/// The blocks one after the other, each the number of its names and the ends of them (32 bits each) and their bytes; then the place of each block (64
/// bits), the number of the first block, and how many there are.
final class NameFileWriter {
  private var file: AtomicFile?
  private var size: UInt64 = 0
  private var places: [UInt64] = []
  private let first: Int

  init(path: String, firstBlock: Int) throws(FileError) {
    file = try AtomicFile(path: path)
    first = firstBlock
  }

  /// Appends the names of the next block.
  func append(_ names: BlockNames) throws(FileError) {
    places.append(size)
    let head = [UInt32(names.ends.count)] + names.ends
    size += UInt64(4 * head.count + names.bytes.count)
    try file!.write(head.withUnsafeBytes { Array($0) })
    try file!.write(names.bytes)
  }

  func finish() throws(FileError) {
    let tail = places + [UInt64(first), UInt64(places.count)]
    try file!.write(tail.withUnsafeBytes { Array($0) })
    if let whole = file.take() { try whole.commit() }
  }
}

/// Looks names up in the files of all parts: a few short reads a name.
final class NameFiles: DocumentNames {
  private let parts: [NameFile]

  init(_ paths: [String]) throws(FileError) {
    var parts: [NameFile] = []
    for path in paths { parts.append(try NameFile(path)) }
    self.parts = parts
  }

  func name(of ordinal: UInt64) throws -> String {
    let block = Ordinal.block(of: ordinal)
    guard let part = parts.first(where: { $0.blocks.contains(block) }) else {
      throw FileError(
        "read", parts.first?.path ?? "the names of documents",
        detail: "it lacks block \(block); give --overwrite to begin again")
    }
    return try part.name(block: block, index: Ordinal.index(of: ordinal))
  }
}

private final class NameFile: Sendable {
  let blocks: Range<Int>
  private let file: InputFile
  private let places: [UInt64]

  var path: String { file.path }

  init(_ path: String) throws(FileError) {
    let file = try InputFile(path)
    let size = file.size
    let tail = try Self.words(of: file, at: size - 16, count: 2, as: UInt64.self)
    blocks = Int(tail[0])..<Int(tail[0] + tail[1])
    places = try Self.words(
      of: file, at: size - 16 - 8 * tail[1], count: Int(tail[1]), as: UInt64.self)
    self.file = file
  }

  func name(block: Int, index: Int) throws(FileError) -> String {
    let place = places[block - blocks.lowerBound]
    let count = try Self.words(of: file, at: place, count: 1, as: UInt32.self)[0]
    let behind = try Self.words(
      of: file, at: place + 4 * UInt64(max(1, index)), count: 2, as: UInt32.self)
    let (begin, end) = index == 0 ? (0, behind[0]) : (behind[0], behind[1])
    let bytes = try Self.words(
      of: file, at: place + 4 + 4 * UInt64(count) + UInt64(begin), count: Int(end - begin),
      as: UInt8.self)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func words<Word: FixedWidthInteger>(
    of file: borrowing InputFile, at offset: UInt64, count: Int, as type: Word.Type
  ) throws(FileError) -> [Word] {
    var words = [Word](repeating: 0, count: count)
    var failure: FileError?
    words.withUnsafeMutableBytes { bytes in
      do throws(FileError) { try file.read(at: offset, into: bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    return words
  }
}
