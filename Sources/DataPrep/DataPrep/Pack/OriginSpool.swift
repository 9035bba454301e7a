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
