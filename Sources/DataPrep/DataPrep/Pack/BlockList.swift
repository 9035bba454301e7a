import Glibc
import RingProtocol

/// The blocks of a spool sorted by their full stops, most first, of equal ones the earlier first: a file of block numbers.
///
/// A counting sort in two passes over the spool. In memory are a few kB for each count that occurs, however many
/// blocks there are. The file has no name and is gone with the value.
final class BlockList: Sendable {
  private let file: InputFile
  private static let bufferedBlocks = 512

  init(byFullStopsOf spool: BlockSpool) throws(FileError) {
    let path = spool.path + ".order"
    let opened = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard opened >= 0 else { throw FileError("write", path, errno: errno) }
    defer {
      close(opened)
      unlink(path)
    }
    var counts: [UInt32: UInt64] = [:]
    try Self.forEachBlock(of: spool) { _, stops in counts[stops, default: 0] += 1 }
    var buckets: [UInt32: Bucket] = [:]
    var first: UInt64 = 0
    for stops in counts.keys.sorted(by: >) {
      buckets[stops] = Bucket(place: first)
      first += counts[stops]!
    }
    try Self.forEachBlock(of: spool) { block, stops throws(FileError) in
      buckets[stops]!.blocks.append(block)
      if buckets[stops]!.blocks.count == Self.bufferedBlocks {
        try buckets[stops]!.flush(to: opened, path: path)
      }
    }
    for stops in buckets.keys { try buckets[stops]!.flush(to: opened, path: path) }
    file = try InputFile(path)
  }

  /// The blocks at the places of `range`.
  func blocks(_ range: Range<UInt64>) throws(FileError) -> [UInt64] {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 8 * range.count, alignment: 16)
    defer { bytes.deallocate() }
    try file.read(at: 8 * range.lowerBound, into: bytes)
    return Array(bytes.bindMemory(to: UInt64.self))
  }

  /// Blocks of one count that wait for their place in the file.
  private struct Bucket {
    var place: UInt64
    var blocks: [UInt64] = []

    mutating func flush(to descriptor: Int32, path: String) throws(FileError) {
      let (blocks, offset) = (self.blocks, off_t(place * 8))
      var done = 0
      while done < 8 * blocks.count {
        let written = blocks.withUnsafeBytes {
          pwrite(descriptor, $0.baseAddress! + done, $0.count - done, offset + off_t(done))
        }
        if written < 0, errno == EINTR { continue }
        guard written >= 0 else { throw FileError("write", path, errno: errno) }
        done += written
      }
      place += UInt64(blocks.count)
      self.blocks.removeAll(keepingCapacity: true)
    }
  }

  /// Calls `body` with each block's number and full stops, in natural order.
  private static func forEachBlock(
    of spool: BlockSpool, _ body: (UInt64, UInt32) throws(FileError) -> Void
  ) throws(FileError) {
    let file = try InputFile(spool.path)
    let head = UnsafeMutableRawBufferPointer.allocate(
      byteCount: BlockSpool.headBytes, alignment: 16)
    defer { head.deallocate() }
    for block in 0..<spool.count {
      try file.read(at: block * UInt64(spool.recordBytes), into: head)
      try body(block, BlockSpool.Head(UnsafeRawBufferPointer(head)).fullStops)
    }
  }
}
