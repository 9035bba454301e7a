import RingProtocol
import Shards

/// The documents of one side, looked up in their spool.
final class SpooledCatalog: DocumentCatalog {
  private let recordFile: InputFile
  private let placeFile: InputFile

  /// Documents that lie so near to each other are read at once.
  private static let nearness: UInt64 = 64

  /// Opens the spool that was written beside the blocks at `path`.
  init(besideBlocks path: String) throws(FileError) {
    let records = try InputFile(Self.path(besideBlocks: path))
    let places = try InputFile(OriginSpool.placesPath(Self.path(besideBlocks: path)))
    recordFile = records
    placeFile = places
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
    let near = try records(of: numbers.first!..<numbers.last! + 1)
    for number in numbers {
      guard let origin = OriginSpool.origin(near[number]) else {
        throw FileError(
          "read", recordFile.path, detail: "document \(number) has no record; run with --overwrite")
      }
      origins.append(origin)
    }
  }

  /// The records of the documents in `range`, read at once.
  func records(of range: Range<UInt64>) throws(FileError) -> OriginRecords {
    let isFirst = range.lowerBound == 0
    let ends = try places(of: (isFirst ? 0 : range.lowerBound - 1)..<range.upperBound).map(\.end)
    return try OriginRecords(
      from: range.lowerBound, bounds: isFirst ? [0] + ends : ends, file: recordFile)
  }

  private func places(
    of range: Range<UInt64>
  ) throws(FileError) -> [(end: UInt64, tokens: UInt64)] {
    let width = OriginSpool.placeBytes
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: width * range.count, alignment: 16)
    defer { bytes.deallocate() }
    try placeFile.read(at: UInt64(width) * range.lowerBound, into: bytes)
    return (0..<range.count).map { place in
      let end = bytes.load(fromByteOffset: width * place, as: UInt64.self)
      let tokens = bytes.load(fromByteOffset: width * place + 8, as: UInt64.self)
      return (UInt64(littleEndian: end), UInt64(littleEndian: tokens))
    }
  }
}

/// The origin records of documents that follow each other, in memory.
final class OriginRecords {
  private let first: UInt64
  /// Where in the file each record begins, and where the last one ends.
  private let bounds: [UInt64]
  private let bytes: UnsafeMutableRawBufferPointer

  fileprivate init(
    from first: UInt64, bounds: [UInt64], file: borrowing InputFile
  ) throws(FileError) {
    (self.first, self.bounds) = (first, bounds)
    bytes = .allocate(byteCount: Int(bounds.last! - bounds[0]), alignment: 8)
    try file.read(at: bounds[0], into: bytes)
  }

  deinit {
    bytes.deallocate()
  }

  /// The record of a document, valid as long as this value.
  subscript(document: UInt64) -> UnsafeRawBufferPointer {
    let place = Int(document - first)
    let (start, end) = (bounds[place] - bounds[0], bounds[place + 1] - bounds[0])
    return UnsafeRawBufferPointer(rebasing: bytes[Int(start)..<Int(end)])
  }
}
