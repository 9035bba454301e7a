import RingProtocol

/// Tokens of Megatron-LM: `NAME.bin` with the tokens and `NAME.idx` with where documents lie (its indexed dataset, version 1).
public struct MegatronFile: TokenCollection {
  public let documentEnds: [UInt64]
  public let files: [String]
  private let name: String
  private let number: StoredNumber
  private let file: InputFileOwner

  /// What the index begins with.
  private static let magic = Array("MMIDIDX\0\0".utf8)
  private static let headBytes = 34
  /// Megatron's numbers for types, from 1; 6 and 7 are floating point.
  private static let types: [StoredNumber?] = [
    .uint8, .int8, .int16, .int32, .int64, nil, nil, .uint16,
  ]

  /// Opens `path`, which is the `.idx`, the `.bin`, or both without their ending. Reads the whole index.
  ///
  /// - Throws: `ShardError.notImportable` with the byte of the index where something else stands than is due.
  public init(_ path: String) throws {
    let stem = [".idx", ".bin"].first { path.hasSuffix($0) }.map { String(path.dropLast($0.count)) }
    let (index, bin) = ((stem ?? path) + ".idx", (stem ?? path) + ".bin")
    let bytes = try InputFile.bytes(of: index)
    func fault(_ offset: Int, _ found: String) -> ShardError {
      .notImportable(path: index, found: "at byte \(offset) \(found)")
    }
    let read = try bytes.withUnsafeBytes { raw -> (StoredNumber, [UInt64]) in
      guard raw.count >= Self.headBytes, raw.prefix(9).elementsEqual(Self.magic) else {
        throw fault(0, "no index of Megatron begins; name its .idx file")
      }
      guard raw.number(at: 9, as: UInt64.self) == 1 else {
        throw fault(9, "there is version \(raw.number(at: 9, as: UInt64.self)), and 1 is known")
      }
      let code = Int(raw[17])
      guard (1...Self.types.count).contains(code), let number = Self.types[code - 1] else {
        throw fault(
          17,
          "there is the type \(code), which holds no token ids; name the tokens of a language model"
        )
      }
      return (number, try Self.ends(raw, number.byteCount, fault))
    }
    (number, documentEnds) = read
    name = Folder.name(of: bin)
    files = [index, bin]
    file = try InputFileOwner(bin)
    let wanted = (documentEnds.last ?? 0) * UInt64(number.byteCount)
    guard file.file.size >= wanted else {
      throw ShardError.notImportable(
        path: bin,
        found: "it has \(file.file.size) bytes, and \(index) tells of \(wanted); copy it again")
    }
  }

  /// Where each document ends, by lengths and places of the sequences and the sequences with which documents begin.
  private static func ends(
    _ raw: UnsafeRawBufferPointer, _ width: Int, _ fault: (Int, String) -> ShardError
  ) throws -> [UInt64] {
    let (sequences, documents) = (
      raw.number(at: 18, as: UInt64.self), raw.number(at: 26, as: UInt64.self)
    )
    guard sequences < 1 << 40, documents < 1 << 40,
      UInt64(raw.count) >= UInt64(headBytes) + 12 * sequences + 8 * documents
    else {
      throw fault(
        18, "it counts \(sequences) sequences and \(documents) documents, more than it holds")
    }
    let (pointers, starts) = (headBytes + 4 * Int(sequences), headBytes + 12 * Int(sequences))
    var ends: [UInt64] = [0]
    ends.reserveCapacity(Int(sequences) + 1)
    for sequence in 0..<Int(sequences) {
      let length = raw.number(at: headBytes + 4 * sequence, as: UInt32.self)
      let pointer = raw.number(at: pointers + 8 * sequence, as: UInt64.self)
      guard length < 1 << 31, pointer == ends[sequence] * UInt64(width) else {
        throw fault(pointers + 8 * sequence, "sequence \(sequence) does not follow the one before")
      }
      ends.append(ends[sequence] + UInt64(length))
    }
    var found: [UInt64] = []
    var last: UInt64 = 0
    for document in 0..<Int(documents) {
      let start = raw.number(at: starts + 8 * document, as: UInt64.self)
      guard start >= last, start <= sequences else {
        throw fault(starts + 8 * document, "document \(document) begins with sequence \(start)")
      }
      if document > 0 { found.append(ends[Int(start)]) }
      last = start
    }
    if last < sequences { found.append(ends[Int(sequences)]) }
    return found
  }

  public func read(_ range: Range<UInt64>, into target: UnsafeMutableBufferPointer<UInt32>) throws {
    let width = number.byteCount
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: range.count * width, alignment: 16)
    defer { bytes.deallocate() }
    try file.file.read(at: range.lowerBound * UInt64(width), into: bytes)
    if let bad = number.widen(UnsafeRawBufferPointer(bytes), into: target) {
      throw ShardError.notImportable(
        path: name, found: "it holds \(bad), which is no token id; check what made it")
    }
  }

  public func origin(of document: UInt64) -> DocumentOrigin {
    DocumentOrigin(id: "\(name):\(document)", file: name, source: nil)
  }
}

/// An open file that several values share.
final class InputFileOwner: Sendable {
  let file: InputFile

  init(_ path: String) throws(FileError) { file = try InputFile(path) }
}
