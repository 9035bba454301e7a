import RingProtocol

/// Copies of the texts around anchors, fetched in the order in which they lie in their files.
///
/// So texts that are larger than memory are read from beginning to end, once for each batch of anchors, and never here
/// and there.
final class SurroundingsArena {
  private var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var extent = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  /// So many bytes are read at once where members lie close.
  private static let extentBytes = 1 << 20
  /// Bytes between two members that are rather read than passed over.
  private static let gapBytes = 32 << 10

  deinit {
    bytes.deallocate()
    extent.deallocate()
  }

  /// Where the surroundings of a member lie.
  private struct Place {
    let member: Int
    let spool: Int
    let range: Range<Int>

    init(_ index: Int, _ member: AnchorMember, _ texts: CorpusTexts) {
      let (spool, offset) = texts.place(of: member.position)
      (self.member, self.spool) = (index, spool)
      range = offset - Int(member.left)..<offset + Int(member.right)
    }
  }

  /// Fetches the surroundings of all members and points them there, until the next call.
  func gather(_ members: inout [AnchorMember], from texts: CorpusTexts) throws(FileError) {
    let places = members.enumerated().map { Place($0.offset, $0.element, texts) }.sorted {
      ($0.spool, $0.range.lowerBound) < ($1.spool, $1.range.lowerBound)
    }
    Self.grow(&bytes, to: places.reduce(0) { $0 + $1.range.count })
    var done = 0
    var next = 0
    while next < places.count {
      let first = places[next]
      let (stop, end) = Self.extent(from: next, in: places)
      let begin = first.range.lowerBound
      Self.grow(&extent, to: end - begin)
      let room = UnsafeMutableRawBufferPointer(rebasing: extent[..<(end - begin)])
      try texts.spools[first.spool].read(at: begin, into: room)
      for place in places[next..<stop] {
        let size = place.range.count
        let source = place.range.lowerBound - begin
        let target = UnsafeMutableRawBufferPointer(rebasing: bytes[done..<done + size])
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: room[source..<source + size]))
        let anchor = target.baseAddress! + Int(members[place.member].left)
        members[place.member].text = UnsafePointer(anchor.assumingMemoryBound(to: UInt8.self))
        done += size
      }
      next = stop
    }
  }

  /// The places from `next` on that are read at once: where they stop, and where their bytes end.
  private static func extent(from next: Int, in places: [Place]) -> (stop: Int, end: Int) {
    let first = places[next]
    var (stop, end) = (next + 1, first.range.upperBound)
    while stop < places.count {
      let place = places[stop]
      guard place.spool == first.spool, place.range.lowerBound <= end + gapBytes,
        place.range.upperBound - first.range.lowerBound <= extentBytes
      else { break }
      end = max(end, place.range.upperBound)
      stop += 1
    }
    return (stop, end)
  }

  private static func grow(_ buffer: inout UnsafeMutableRawBufferPointer, to size: Int) {
    guard buffer.count < size else { return }
    buffer.deallocate()
    buffer = .allocate(byteCount: size, alignment: 16)
  }
}
