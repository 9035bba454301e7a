import Glibc
import RingProtocol

/// Where the shingle set of a document lies.
package struct SetEntry: ExchangeRecord {
  package let ordinal: UInt64
  /// Hash of the whole set: equal sets have equal digests.
  package let digest: UInt64
  /// Its first number: in which part's file in the upper 16 bits, below them the place counted in numbers.
  package let place: UInt64
  /// How many there are.
  package let count: UInt64

  package var bucketKey: UInt64 { ordinal }

  package static func < (left: SetEntry, right: SetEntry) -> Bool {
    left.ordinal < right.ordinal
  }
}

/// The shingle sets of documents of one block.
package struct BlockSets: Sendable {
  fileprivate var entries: [SetEntry] = []
  fileprivate var numbers: [UInt64] = []

  /// Adds the set of the next document.
  mutating func add(_ set: UnsafeBufferPointer<UInt64>, ordinal: UInt64) {
    let digest = Checksum.xxh3(UnsafeRawBufferPointer(set))
    entries.append(
      SetEntry(
        ordinal: ordinal, digest: digest, place: UInt64(numbers.count), count: UInt64(set.count)))
    numbers += set
  }
}

/// Writes the shingle sets of one part of a corpus, in reading order: `NAME-PART.rec` says where in `NAME-PART.sets` each one lies.
final class SetWriter {
  private let entries: RecordFileWriter<SetEntry>
  private var sets: AtomicFile?
  private var end: UInt64

  init(folder: String, name: String, part: Int) throws(FileError) {
    entries = try RecordFileWriter(path: RecordBuckets.path(folder, name, part))
    sets = try AtomicFile(path: SetReader.path(folder, name, part))
    end = PartedPlace.make(part: part, 0)
  }

  /// Adds the sets of the next block.
  func add(_ block: BlockSets) throws(FileError) {
    try entries.append(
      block.entries.map {
        SetEntry(ordinal: $0.ordinal, digest: $0.digest, place: end + $0.place, count: $0.count)
      })
    var failure: FileError?
    block.numbers.withUnsafeBytes { raw in
      do throws(FileError) { try sets!.write(raw) } catch { failure = error }
    }
    if let failure { throw failure }
    end += UInt64(block.numbers.count)
  }

  /// Gives the files their names.
  func finish() throws(FileError) {
    try entries.finish()
    if let whole = sets.take() { try whole.commit() }
  }
}

/// Reads shingle sets of single documents, and keeps as many as its memory holds.
final class SetReader {
  private let files: [File]
  private let memory: Int
  private var kept: [UInt64: ShingleSet] = [:]
  private var keptBytes = 0

  /// A set in memory.
  final class ShingleSet {
    let numbers: UnsafeMutableBufferPointer<UInt64>

    fileprivate init(count: Int) {
      numbers = .allocate(capacity: count)
    }

    deinit {
      numbers.deallocate()
    }

    /// The rising hashes; valid as long as this object.
    var hashes: UnsafeBufferPointer<UInt64> { UnsafeBufferPointer(numbers) }
  }

  private final class File {
    let file: InputFile

    init(_ path: String) throws(FileError) {
      file = try InputFile(path)
    }
  }

  init(folder: String, name: String, parts: Int, memory: Int) throws(FileError) {
    var files: [File] = []
    for part in 0..<parts { files.append(try File(Self.path(folder, name, part))) }
    self.files = files
    self.memory = memory
  }

  fileprivate static func path(_ folder: String, _ name: String, _ part: Int) -> String {
    "\(folder)/\(name)-\(part).sets"
  }

  /// The set of `count` numbers from `place` on.
  func set(at place: UInt64, count: Int) throws(FileError) -> ShingleSet {
    if let set = kept[place] { return set }
    let set = ShingleSet(count: count)
    let file = files[PartedPlace.part(of: place)]
    try file.file.read(
      at: PartedPlace.offset(of: place) * 8, into: UnsafeMutableRawBufferPointer(set.numbers))
    let bytes = count * 8 + 128
    if keptBytes + bytes > memory {
      kept.removeAll()
      keptBytes = 0
    }
    if bytes <= memory {
      kept[place] = set
      keptBytes += bytes
    }
    return set
  }
}
