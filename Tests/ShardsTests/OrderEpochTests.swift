import Shards
import Testing

struct OrderEpochTests {
  /// Blocks of 16 sequences, so that small datasets have many groups.
  static func order(_ sequences: UInt64, shuffled: Bool = true, seed: UInt64 = 0) -> EpochOrder {
    EpochOrder(
      sequences: sequences, sequenceBytes: 1 << 16, isShuffled: shuffled,
      fingerprint: String(repeating: "a", count: 64), seed: seed)
  }

  @Test(arguments: [1, 2, 15, 16, 17, 1023, 1024, 1025, 2048, 5000, 10_240, 10_241] as [UInt64])
  func `every epoch holds every sequence once`(sequences: UInt64) {
    for seed in 0..<3 as Range<UInt64> {
      let order = Self.order(sequences, seed: seed)
      for epoch in 0..<3 as Range<UInt64> {
        var seen = Set<UInt64>()
        var position = epoch * sequences
        while position < (epoch + 1) * sequences {
          let part = order.part(at: position)
          #expect(part.positions.lowerBound == position)
          let read = part.runs.flatMap { Array($0) }
          #expect(read.count == part.positions.count)
          seen.formUnion(part.positions.map { read[Int(part.place(of: $0))] })
          position = part.positions.upperBound
        }
        #expect(position == (epoch + 1) * sequences)
        #expect(seen == Set(0..<sequences))
      }
    }
  }

  @Test func `a position is found without what lies before it`() {
    let order = Self.order(5000)
    for epoch in 0..<3 as Range<UInt64> {
      for part in [order.part(at: epoch * 5000), order.part(at: epoch * 5000 + 3333)] {
        let read = part.runs.flatMap { Array($0) }
        for position in part.positions {
          let place = order.place(of: position)
          #expect(place.epoch == epoch)
          #expect(place.sequence == read[Int(part.place(of: position))])
          #expect(order.part(at: position).positions == part.positions)
        }
      }
    }
  }

  @Test func `the first epoch is as stored, later ones of other orders too`() {
    let random = Self.order(3000)
    let natural = Self.order(3000, shuffled: false)
    for index in 0..<3000 as Range<UInt64> {
      #expect(random.place(of: index) == (0, index))
      #expect(natural.place(of: 6000 + index) == (2, index))
    }
  }

  @Test func `epochs, seeds and contents have orders of their own`() {
    let sequences: UInt64 = 4000
    let order = Self.order(sequences)
    let other = Self.order(sequences, seed: 1)
    let content = EpochOrder(
      sequences: sequences, sequenceBytes: 1 << 16, isShuffled: true,
      fingerprint: String(repeating: "b", count: 64), seed: 0)
    let second = (sequences..<2 * sequences).map { order.place(of: $0).sequence }
    for (name, candidate) in [
      ("stored", Array(0..<sequences)),
      ("epoch", (2 * sequences..<3 * sequences).map { order.place(of: $0).sequence }),
      ("seed", (sequences..<2 * sequences).map { other.place(of: $0).sequence }),
      ("content", (sequences..<2 * sequences).map { content.place(of: $0).sequence }),
    ] {
      #expect(zip(second, candidate).count { $0 == $1 } <= 12, "\(name)")
    }
  }

  @Test func `a later epoch is well mixed`() {
    let sequences: UInt64 = 64 * 16 * 20  // 20 groups
    let order = Self.order(sequences)
    let shuffled = (sequences..<2 * sequences).map { order.place(of: $0).sequence }
    // One a group is expected: as many as in a true permutation of each group.
    #expect(zip(shuffled, shuffled.dropFirst()).count { $1 == $0 &+ 1 } <= 45)
    // Any 256 neighbours come from nearly all of the 64 blocks of their group.
    for batch in stride(from: 0, to: shuffled.count, by: 256) {
      #expect(Set(shuffled[batch..<batch + 256].map { $0 / 16 }).count >= 50)
    }
    // Place against source, coarsely: 4 by 4 cells.
    var cells = [Double](repeating: 0, count: 16)
    for (index, sequence) in shuffled.enumerated() {
      cells[index * 4 / shuffled.count * 4 + Int(sequence * 4 / sequences)] += 1
    }
    let expected = Double(sequences) / 16
    #expect(cells.allSatisfy { abs($0 - expected) < 0.25 * expected }, "\(cells)")
  }

  /// The published vectors of `PROTOCOL.md`; they were computed by a program that is not ours.
  @Test func `the order's vectors hold`() {
    let order = Self.order(5000)
    func sequences(_ positions: Range<UInt64>) -> [UInt64] {
      positions.map { order.place(of: $0).sequence }
    }
    #expect(sequences(5000..<5006) == [778, 510, 3725, 3464, 1841, 1519])
    #expect(sequences(9994..<10_000) == [2599, 2698, 3094, 4728, 3768, 3248])
    #expect(sequences(12_500..<12_506) == [1674, 3991, 953, 4616, 4296, 1958])
  }
}
