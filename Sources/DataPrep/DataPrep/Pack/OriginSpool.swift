import RingProtocol
import Shards

/// Where the origins of one side's documents wait until their shards are written: records in one file, and in another
/// for each document where its record ends and how many tokens it has (u64 each).
struct OriginSpool: ~Copyable {
  private var records: AtomicFile?
  private var places: AtomicFile?
  private var end: UInt64 = 0

  static let placeBytes = 16

  /// Begins the files at `path` and beside it.
  init(path: String) throws(FileError) {
    let records = try AtomicFile(path: path)
    let places = try AtomicFile(path: Self.placesPath(path))
    self.records = .some(records)
    self.places = .some(places)
  }

  static func placesPath(_ path: String) -> String { path + ".places" }

  /// Appends the next document's record.
  mutating func append(_ record: UnsafeRawBufferPointer, tokens: UInt64) throws(FileError) {
    end += UInt64(record.count)
    try records!.write(record)
    var place = (end.littleEndian, tokens.littleEndian)
    var failure: FileError?
    withUnsafeBytes(of: &place) { bytes in
      do throws(FileError) { try places!.write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Gives the files their names; once.
  mutating func finish() throws(FileError) {
    if let records = records.take() { try records.commit() }
    if let places = places.take() { try places.commit() }
  }

  /// The record of a document: its characters, and where it comes from unless `keepsOrigin` is false.
  static func record(
    of document: Document, characters: UInt64, keepsOrigin: Bool
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(variable: characters)
    guard keepsOrigin else { return bytes }
    bytes.append(text: document.file)
    bytes.append(text: document.name)
    if let source = document.source { bytes.append(text: source) }
    return bytes
  }

  /// The Unicode code points of the document that a record is of.
  static func characters(_ record: UnsafeRawBufferPointer) -> UInt64 {
    var reader = ByteReader(record)
    return reader.variable() ?? 0
  }

  /// Where the document comes from; nil where the record does not tell.
  static func origin(_ record: UnsafeRawBufferPointer) -> DocumentOrigin? {
    var reader = ByteReader(record)
    guard reader.variable() != nil, let file = reader.text(), let name = reader.text() else {
      return nil
    }
    return DocumentOrigin(id: name, file: file, source: reader.isAtEnd ? nil : reader.text())
  }
}

/// The documents of one side, looked up in their spool.
final class SpooledCatalog: DocumentCatalog {
  private let records: InputFile
  private let places: InputFile

  /// Documents that lie so near to each other are read at once.
  private static let nearness: UInt64 = 64

  /// Opens the spool that was written beside the blocks at `path`.
  init(besideBlocks path: String) throws(FileError) {
    let records = try InputFile(Self.path(besideBlocks: path))
    let places = try InputFile(OriginSpool.placesPath(Self.path(besideBlocks: path)))
    self.records = records
    self.places = places
  }

  /// Where the origins of a side lie whose blocks are at `path`.
  static func path(besideBlocks path: String) -> String { path + ".origins" }

  /// The tokens of the documents in `range`, separators included.
  func tokens(of range: Range<UInt64>) throws(FileError) -> [UInt64] {
    try places(of: range).map(\.tokens)
  }

  func origins(of numbers: [UInt64]) throws -> [DocumentOrigin] {
    var origins: [DocumentOrigin] = []
    origins.reserveCapacity(numbers.count)
    var first = 0
    while first < numbers.count {
      var last = first
      while last + 1 < numbers.count, numbers[last + 1] <= numbers[last] + Self.nearness {
        last += 1
      }
      try append(numbers[first...last], to: &origins)
      first = last + 1
    }
    return origins
  }

  /// Appends the origins of documents that lie near to each other.
  private func append(
    _ numbers: ArraySlice<UInt64>, to origins: inout [DocumentOrigin]
  ) throws(FileError) {
    let (first, last) = (numbers.first!, numbers.last!)
    let ends = try places(of: (first == 0 ? 0 : first - 1)..<last + 1).map(\.end)
    let begin = first == 0 ? 0 : ends[0]
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Int(ends.last! - begin), alignment: 8)
    defer { bytes.deallocate() }
    try records.read(at: begin, into: bytes)
    let shift = first == 0 ? 0 : first - 1
    for number in numbers {
      let start = number == 0 ? 0 : ends[Int(number - 1 - shift)]
      let record = bytes[Int(start - begin)..<Int(ends[Int(number - shift)] - begin)]
      guard let origin = OriginSpool.origin(UnsafeRawBufferPointer(rebasing: record)) else {
        throw FileError(
          "read", records.path, detail: "document \(number) has no record; run with --overwrite")
      }
      origins.append(origin)
    }
  }

  private func places(
    of range: Range<UInt64>
  ) throws(FileError) -> [(end: UInt64, tokens: UInt64)] {
    let width = OriginSpool.placeBytes
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: width * range.count, alignment: 16)
    defer { bytes.deallocate() }
    try places.read(at: UInt64(width) * range.lowerBound, into: bytes)
    return (0..<range.count).map { place in
      let end = bytes.load(fromByteOffset: width * place, as: UInt64.self)
      let tokens = bytes.load(fromByteOffset: width * place + 8, as: UInt64.self)
      return (UInt64(littleEndian: end), UInt64(littleEndian: tokens))
    }
  }
}
