import Shards
import Testing

struct StreamGeometryTests {
  /// All shares of a stream with the batch each belongs to, up to the end of the data.
  private func shares(_ geometry: BatchGeometry, from start: UInt64) -> [Range<UInt64>] {
    var found: [Range<UInt64>] = []
    var base = start
    while let batch = geometry.batch(at: base) {
      found.append(batch.share)
      base = batch.next
    }
    return found
  }

  private func geometry(
    batch: UInt64, rank: UInt64 = 0, of size: UInt64 = 1, epoch: UInt64, epochs: UInt64? = 2
  ) -> BatchGeometry {
    BatchGeometry(
      batchSequences: batch, rank: rank, worldSize: size, sequencesPerEpoch: epoch, epochs: epochs)
  }

  @Test(arguments: [1, 2, 3, 4, 8] as [UInt64])
  func `the ranks together are the stream of one, from any start`(size: UInt64) {
    for epoch in [1, 7, 23, 24, 25, 100] as [UInt64] {
      for start in [0, 1, 5, epoch - 1, epoch, epoch + 3, 2 * epoch] as [UInt64] {
        let whole = shares(geometry(batch: 24, epoch: epoch), from: start)
        let ranks = (0..<size).map {
          shares(geometry(batch: 24, rank: $0, of: size, epoch: epoch), from: start)
        }
        #expect(ranks.allSatisfy { $0.count == whole.count })
        for (number, batch) in whole.enumerated() {
          let joined = ranks.flatMap { Array($0[number]) }
          #expect(joined == Array(batch))
        }
        #expect(whole.flatMap { Array($0) } == (start < 2 * epoch ? Array(start..<2 * epoch) : []))
      }
    }
  }

  @Test func `a rank takes what the contract says`() {
    let (s, batch, size): (UInt64, UInt64, UInt64) = (5, 12, 4)
    for rank in 0..<size {
      let geometry = geometry(batch: batch, rank: rank, of: size, epoch: 1000)
      var base = s
      for number in 0..<50 as Range<UInt64> {
        let share =
          s + number * batch + rank * batch / size..<s + number * batch + (rank + 1) * batch / size
        #expect(geometry.batch(at: base)?.share == share)
        base = geometry.batch(at: base)!.next
      }
    }
  }

  @Test func `a new batch begins at each epoch`() {
    let firsts = shares(geometry(batch: 10, epoch: 25), from: 3).map(\.lowerBound)
    #expect(firsts == [3, 13, 23, 25, 35, 45])
  }

  @Test func `an endless stream has no end, and the last positions do not overflow`() {
    let endless = geometry(batch: 10, epoch: 25, epochs: nil)
    #expect(endless.batch(at: 1 << 50)?.share.isEmpty == false)
    #expect(endless.batch(at: BatchGeometry.limit) == nil)
    #expect(endless.batch(at: .max) == nil)
    #expect(geometry(batch: 10, epoch: 1 << 40, epochs: .max).end == BatchGeometry.limit)
  }

  @Test func `a rank that would starve is known beforehand`() {
    #expect(geometry(batch: 8, rank: 1, of: 4, epoch: 3).hasShare)
    #expect(!geometry(batch: 8, rank: 2, of: 4, epoch: 3).hasShare)
  }
}
