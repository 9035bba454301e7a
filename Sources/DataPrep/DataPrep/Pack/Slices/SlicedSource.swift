import RingProtocol
import Shards
import Synchronization

/// The blocks of a side in the order of its dataset, read slice by slice.
///
/// A few slices are in memory at any time: those that were asked for last. Places are best asked for as they rise.
final class SlicedSource: SequenceSource {
  let hasOrigins: Bool
  private let spool: SlicedSpool
  private let sequenceLength: Int
  /// Slices that are kept.
  private let capacity: Int
  private let state = Mutex(State())

  private struct State {
    /// By how long ago they were asked for, the last one at the end.
    var slices: [(number: Int, slice: LoadedSlice)] = []
    var origins: (range: Range<Int>, catalog: SliceOrigins)?
  }

  /// - Parameters:
  ///   - sequenceLength: tokens of a block.
  ///   - memory: bytes for slices; two are always held.
  init(_ spool: SlicedSpool, sequenceLength: Int, hasOrigins: Bool, memory: Int) {
    (self.spool, self.sequenceLength, self.hasOrigins) = (spool, sequenceLength, hasOrigins)
    let largest = spool.stamps.map(\.blocks.bytes).max() ?? 1
    capacity = max(2, memory / Int(max(1, largest)))
  }

  var count: UInt64 { spool.layout.count }

  func fill(
    _ range: Range<UInt64>, into destination: UnsafeMutableRawBufferPointer
  ) throws -> SequencePieces {
    var pieces = SequencePieces()
    pieces.reserve(range.count)
    var place = range.lowerBound
    while place < range.upperBound {
      let slice = try slice(spool.layout.slice(of: place))
      let end = min(range.upperBound, slice.places.upperBound)
      for place in place..<end {
        let begin = Int(place - range.lowerBound) * spool.blockBytes
        slice.copy(
          place,
          into: UnsafeMutableRawBufferPointer(
            rebasing: destination[begin..<begin + spool.blockBytes]),
          &pieces, sequenceLength: sequenceLength)
      }
      place = end
    }
    return pieces
  }

  /// A slice that is kept, or read now: the others wait, since most of them will want the same one.
  private func slice(_ number: Int) throws(FileError) -> LoadedSlice {
    try state.withLock { (state) throws(FileError) in
      if let at = state.slices.firstIndex(where: { $0.number == number }) {
        let known = state.slices.remove(at: at)
        state.slices.append(known)
        return known.slice
      }
      if state.slices.count == capacity { state.slices.removeFirst() }
      let slice = try LoadedSlice(number, of: spool)
      state.slices.append((number, slice))
      return slice
    }
  }

  func catalog(of range: Range<UInt64>) throws -> (any DocumentCatalog)? {
    guard hasOrigins, !range.isEmpty else { return nil }
    let layout = spool.layout
    let slices = layout.slice(of: range.lowerBound)..<layout.slice(of: range.upperBound - 1) + 1
    return try state.withLock { (state) throws(FileError) in
      // The shards of a large slice follow each other.
      if let known = state.origins, known.range == slices { return known.catalog }
      state.origins = nil
      let catalog = try SliceOrigins(slices, of: spool)
      state.origins = (slices, catalog)
      return catalog
    }
  }
}
