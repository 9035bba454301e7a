import CZlib

/// The bytes of a column in a row group, as they are stored: pages, each behind its header.
struct ParquetWindow {
  private let file: ParquetFile
  private let room = ByteRoom()
  private var held = 0..<0  // what of the file the room holds
  private var region = 0..<0
  private var position = 0

  private static let usualBytes = 64 << 10
  /// Headers can hold the smallest and the largest value of a page.
  private static let largestHeader = 64 << 20

  init(_ file: ParquetFile) {
    self.file = file
  }

  var isAtEnd: Bool { position >= region.upperBound }

  mutating func go(to region: Range<Int>) {
    self.region = region
    position = region.lowerBound
  }

  /// The header that begins here.
  mutating func header() throws(ParquetFault) -> ParquetPageHeader {
    var size = 512
    while true {
      let bytes = try view(size)
      var reader = ThriftReader(bytes)
      do throws(ParquetFault) {
        let header = try ParquetPageHeader(&reader)
        position += reader.position
        try header.check(room: region.upperBound - position)
        return header
      } catch {
        let isWhole = bytes.count >= min(region.upperBound - position, Self.largestHeader)
        guard error == .endsEarly, !isWhole else { throw error }
        size = 8 * bytes.count
      }
    }
  }

  /// The next `count` bytes, which the region has; they hold until the next call.
  mutating func body(_ count: Int) throws(ParquetFault) -> UnsafeRawBufferPointer {
    let bytes = try view(count)
    position += count
    return UnsafeRawBufferPointer(rebasing: bytes[..<count])
  }

  /// At least `count` bytes from the position on, fewer only at the region's end.
  private mutating func view(_ count: Int) throws(ParquetFault) -> UnsafeRawBufferPointer {
    let wanted = min(count, region.upperBound - position)
    if position < held.lowerBound || position + wanted > held.upperBound {
      let size = min(max(wanted, Self.usualBytes), region.upperBound - position)
      held = 0..<0
      let target = UnsafeMutableRawBufferPointer(rebasing: try room.take(max(1, size))[..<size])
      try file.read(at: position, into: target)
      held = position..<(position + size)
    }
    let offset = position - held.lowerBound
    return UnsafeRawBufferPointer(
      rebasing: UnsafeRawBufferPointer(room.bytes)[offset..<held.count])
  }
}

/// The checksum that pages have.
func crc(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  UInt32(
    crc32_z(0, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count))
}
