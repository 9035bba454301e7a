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

  /// Where the surroundings of a member lie in its partition's texts.
  private struct Place {
    let partition: Int
    let range: Range<Int>

    init(_ member: AnchorMember) {
      partition = CorpusPosition.partition(member.position)
      let offset = CorpusPosition.offset(member.position)
      range = offset - Int(member.left)..<offset + Int(member.right)
    }
  }

  /// Fetches the surroundings of all members and points them there, until the next call.
  func gather(_ members: inout [AnchorMember], from texts: [SpooledTexts]) throws(FileError) {
    let order = members.indices.sorted { members[$0].position < members[$1].position }
    Self.grow(&bytes, to: members.reduce(0) { $0 + Int($1.left + $1.right) })
    var done = 0
    var next = 0
    while next < order.count {
      let first = Place(members[order[next]])
      let (stop, end) = extent(from: next, in: order, of: members)
      let span = first.range.lowerBound..<end
      Self.grow(&extent, to: span.count)
      let room = UnsafeMutableRawBufferPointer(rebasing: extent[..<span.count])
      try texts[first.partition].read(at: span.lowerBound, into: room)
      for index in order[next..<stop] {
        let range = Place(members[index]).range
        let source = range.lowerBound - span.lowerBound
        let target = UnsafeMutableRawBufferPointer(rebasing: bytes[done..<done + range.count])
        target.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: room[source..<source + range.count]))
        let anchor = target.baseAddress! + Int(members[index].left)
        members[index].text = UnsafePointer(anchor.assumingMemoryBound(to: UInt8.self))
        done += range.count
      }
      next = stop
    }
  }

  /// The members from `next` on that are read at once: where they stop, and where their bytes end.
  private func extent(
    from next: Int, in order: [Int], of members: [AnchorMember]
  ) -> (stop: Int, end: Int) {
    let first = Place(members[order[next]])
    var (stop, end) = (next + 1, first.range.upperBound)
    while stop < order.count {
      let place = Place(members[order[stop]])
      guard place.partition == first.partition,
        place.range.lowerBound <= end + Self.gapBytes,
        place.range.upperBound - first.range.lowerBound <= Self.extentBytes
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
