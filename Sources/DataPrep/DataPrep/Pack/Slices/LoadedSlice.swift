import RingProtocol
import Shards

/// The blocks of one slice, in memory.
final class LoadedSlice: Sendable {
  let places: Range<UInt64>
  private let content: SliceBytes
  private let blockBytes: Int
  /// Where the head of each block begins, by its place.
  private let starts: [Int]

  static let placeBytes = 8
  static let lengthBytes = 8

  /// Reads a slice and verifies it.
  init(_ number: Int, of spool: SlicedSpool) throws(FileError) {
    let path = SlicedSpool.blocksPath(spool.folder, number)
    content = try spool.stamps[number].blocks.read(path)
    places = spool.layout.places(of: number)
    blockBytes = spool.blockBytes
    guard let starts = Self.starts(content.bytes, places: places, blockBytes: blockBytes) else {
      throw SliceStamp.fault(path)
    }
    self.starts = starts
  }

  /// Where the records begin; nil where the bytes are not one for each place.
  private static func starts(
    _ bytes: UnsafeMutableRawBufferPointer, places: Range<UInt64>, blockBytes: Int
  ) -> [Int]? {
    var starts = [Int](repeating: -1, count: places.count)
    var at = 0
    for _ in 0..<places.count {
      guard at + placeBytes + BlockSpool.headBytes <= bytes.count else { return nil }
      let place = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      at += placeBytes
      guard places.contains(place), starts[Int(place - places.lowerBound)] < 0 else { return nil }
      starts[Int(place - places.lowerBound)] = at
      let head = BlockSpool.Head(UnsafeRawBufferPointer(rebasing: bytes[at...]))
      at += BlockSpool.headBytes + lengthBytes * head.documentsBetween.count + blockBytes
      guard at <= bytes.count else { return nil }
    }
    return at == bytes.count ? starts : nil
  }

  /// Copies the tokens of the block at `place` and adds its pieces.
  func copy(
    _ place: UInt64, into destination: UnsafeMutableRawBufferPointer,
    _ pieces: inout SequencePieces, sequenceLength: Int
  ) {
    let start = starts[Int(place - places.lowerBound)]
    let record = UnsafeRawBufferPointer(rebasing: content.bytes[start...])
    let head = BlockSpool.Head(record)
    let between = (0..<head.documentsBetween.count).map {
      record.loadUnaligned(
        fromByteOffset: BlockSpool.headBytes + Self.lengthBytes * $0, as: UInt64.self)
    }
    head.append(to: &pieces, between: between, sequenceLength: sequenceLength)
    let tokens = BlockSpool.headBytes + Self.lengthBytes * between.count
    destination.copyMemory(
      from: UnsafeRawBufferPointer(rebasing: record[tokens..<tokens + blockBytes]))
  }
}
