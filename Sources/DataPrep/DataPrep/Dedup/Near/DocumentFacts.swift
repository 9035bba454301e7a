import Glibc
import RingProtocol

/// What later steps want to know of every document without reading it again.
package struct DocumentFacts: ExchangeRecord {
  package let ordinal: UInt64
  /// UTF-8 bytes of the text.
  package let byteCount: UInt64
  /// Where its name and the beginning of its text lie: in which part's file in the upper 16 bits, below them the byte.
  package let place: UInt64

  package var bucketKey: UInt64 { ordinal }

  package static func < (left: DocumentFacts, right: DocumentFacts) -> Bool {
    left.ordinal < right.ordinal
  }
}

/// A place in one of the files of several parts, as one number.
enum PartedPlace {
  private static let offsetBits: UInt64 = 48

  static func make(part: Int, _ offset: UInt64) -> UInt64 { UInt64(part) << offsetBits | offset }

  static func part(of place: UInt64) -> Int { Int(place >> offsetBits) }

  static func offset(of place: UInt64) -> UInt64 { place & (1 << offsetBits - 1) }
}

/// The name and the beginning of the text of a document, to show people what a cluster is about.
package struct DocumentHead: Sendable, Equatable {
  package var name: String
  package var beginning: String

  /// Bytes of the text that are kept, at most.
  static let byteCount = 160

  /// `{"id", "text"}`.
  var json: JSONValue { ["id": .string(name), "text": .string(beginning)] }
}

/// The facts of the documents of one block.
package struct BlockFacts: Sendable {
  fileprivate var ordinals: [UInt64] = []
  fileprivate var byteCounts: [Int] = []
  fileprivate var heads: [UInt8] = []
  fileprivate var places: [Int] = []

  /// Adds the next document.
  mutating func add(_ item: NearKeys.Item) {
    ordinals.append(item.ordinal)
    byteCounts.append(item.text.count)
    places.append(heads.count)
    append(Array(item.document.name.utf8))
    var end = min(item.text.count, DocumentHead.byteCount)
    while end < item.text.count, end > 0, item.text[end] & 0xC0 == 0x80 { end -= 1 }
    append(item.text[..<end])
  }

  private mutating func append(_ bytes: some Collection<UInt8>) {
    withUnsafeBytes(of: UInt32(bytes.count)) { heads += $0 }
    heads += bytes
  }
}

/// Writes the facts of the documents of one part of a corpus, in reading order.
final class FactsWriter {
  private let facts: RecordFileWriter<DocumentFacts>
  private var heads: AtomicFile?
  private var end: UInt64

  /// Begins `NAME-PART.rec` and `NAME-PART.heads`.
  init(folder: String, name: String, part: Int) throws(FileError) {
    facts = try RecordFileWriter(path: RecordBuckets.path(folder, name, part))
    heads = try AtomicFile(path: HeadReader.path(folder, name, part))
    end = PartedPlace.make(part: part, 0)
  }

  /// Adds the documents of the next block.
  func add(_ block: BlockFacts) throws(FileError) {
    let records = block.ordinals.indices.map {
      DocumentFacts(
        ordinal: block.ordinals[$0], byteCount: UInt64(block.byteCounts[$0]),
        place: end + UInt64(block.places[$0]))
    }
    try facts.append(records)
    try heads!.write(block.heads)
    end += UInt64(block.heads.count)
  }

  /// Gives the files their names.
  func finish() throws(FileError) {
    try facts.finish()
    if let whole = heads.take() { try whole.commit() }
  }
}

/// Reads names and beginnings of single documents.
struct HeadReader {
  let folder: String
  let name: String

  fileprivate static func path(_ folder: String, _ name: String, _ part: Int) -> String {
    "\(folder)/\(name)-\(part).heads"
  }

  func head(at place: UInt64) throws(FileError) -> DocumentHead {
    let file = try InputFile(Self.path(folder, name, PartedPlace.part(of: place)))
    var offset = PartedPlace.offset(of: place)
    let name = try string(in: file, at: &offset)
    return DocumentHead(name: name, beginning: try string(in: file, at: &offset))
  }

  private func string(
    in file: borrowing InputFile, at place: inout UInt64
  ) throws(FileError) -> String {
    var size: UInt32 = 0
    var failure: FileError?
    withUnsafeMutableBytes(of: &size) { raw in
      do throws(FileError) { try file.read(at: place, into: raw) } catch { failure = error }
    }
    if let failure { throw failure }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(size), alignment: 1)
    defer { bytes.deallocate() }
    try file.read(at: place + 4, into: bytes)
    place += 4 + UInt64(size)
    return String(decoding: bytes, as: UTF8.self)
  }
}
