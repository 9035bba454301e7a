import RingProtocol
import Shards

/// Where the documents of some slices come from, in memory.
final class SliceOrigins: DocumentCatalog {
  private let content: [SliceBytes]
  /// The documents of all slices, rising; one that is in several is here several times.
  private let entries: [Entry]

  private struct Entry: ExchangeRecord {
    var document: UInt64
    var slice: UInt32
    var size: UInt32
    /// Where its record begins in the slice.
    var start: UInt64

    var bucketKey: UInt64 { document }

    static func < (left: Entry, right: Entry) -> Bool {
      (left.document, left.slice) < (right.document, right.slice)
    }
  }

  private static let headBytes = 16

  /// Reads the origins of the documents of the slices `range`, and verifies them.
  init(_ range: Range<Int>, of spool: SlicedSpool) throws(FileError) {
    var content: [SliceBytes] = []
    var entries: [Entry] = []
    for (index, slice) in range.enumerated() {
      let path = SlicedSpool.originsPath(spool.folder, slice)
      let bytes = try spool.stamps[slice].origins.read(path)
      guard Self.append(bytes.bytes, slice: UInt32(index), to: &entries) else {
        throw SliceStamp.fault(path)
      }
      content.append(bytes)
    }
    entries.withUnsafeMutableBufferPointer { RecordSort.sort($0) }
    (self.content, self.entries) = (content, entries)
  }

  private static func append(
    _ bytes: UnsafeMutableRawBufferPointer, slice: UInt32, to entries: inout [Entry]
  ) -> Bool {
    var at = 0
    while at + headBytes <= bytes.count {
      let document = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      let size = bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self)
      at += headBytes
      guard size <= UInt64(bytes.count - at) else { return false }
      entries.append(
        Entry(document: document, slice: slice, size: UInt32(size), start: UInt64(at)))
      at += Int(size)
    }
    return at == bytes.count
  }

  func origins(of numbers: [UInt64]) throws -> [DocumentOrigin] {
    var place = numbers.first.map(firstEntry(of:)) ?? 0
    return numbers.map { number in
      while place < entries.count, entries[place].document < number { place += 1 }
      guard place < entries.count, entries[place].document == number,
        let origin = OriginSpool.origin(record(entries[place]))
      else { preconditionFailure("document \(number) is in none of the slices") }
      return origin
    }
  }

  private func record(_ entry: Entry) -> UnsafeRawBufferPointer {
    let (start, size) = (Int(entry.start), Int(entry.size))
    return UnsafeRawBufferPointer(
      rebasing: content[Int(entry.slice)].bytes[start..<start + size])
  }

  /// The first entry of no document before `number`.
  private func firstEntry(of number: UInt64) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].document < number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
