import Shards
import TestSupport
import Testing

/// Mixing by weight is exact at every prefix; the vectors were computed by a program that is not ours.
struct MixtureTests {
  private func datasets(_ weights: [UInt64], _ count: UInt64) throws -> [Int] {
    try #require(Mixture(weights: weights)).sources(0..<count).map(\.dataset)
  }

  @Test func `the published vectors`() throws {
    #expect(
      try datasets([7, 3], 20) == [0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0])
    #expect(
      try datasets([5, 3, 1, 1], 20) == [
        0, 1, 0, 1, 0, 2, 0, 3, 1, 0, 0, 1, 0, 1, 0, 2, 0, 3, 1, 0,
      ])
    #expect(try datasets([4, 4, 4], 6) == [0, 1, 2, 0, 1, 2])
    #expect(try datasets([9], 3) == [0, 0, 0])
  }

  @Test func `every prefix has every share to within less than one`() throws {
    var random = SeededNumbers(8)
    for _ in 0..<60 {
      let weights = (0..<2 + random.next() % 11).map { _ in 1 + random.next() % 90 }
      let mixture = try #require(Mixture(weights: weights))
      let sum = Double(mixture.period)
      var counts = weights.map { _ in 0.0 }
      for (place, source) in mixture.sources(0..<3 * mixture.period).enumerated() {
        counts[source.dataset] += 1
        for (weight, count) in zip(mixture.weights, counts) {
          #expect(abs(Double(place + 1) * Double(weight) / sum - count) < 1)
        }
      }
      #expect(mixture.counts(before: mixture.period) == mixture.weights)
    }
  }

  @Test func `any place is found as by walking to it`() throws {
    let mixture = try #require(Mixture(weights: [40_001, 20_011, 7, 13_000]))
    let all = mixture.sources(0..<mixture.period + 50)
    for begin in [0, 1, 16_383, 16_384, 16_385, 40_000, mixture.period - 1, mixture.period] {
      let found = mixture.sources(begin..<begin + 40)
      let expected = all[Int(begin)..<Int(begin) + 40]
      #expect(found.map(\.dataset) == expected.map(\.dataset))
      #expect(found.map(\.item) == expected.map(\.item))
    }
    let far = mixture.period * 1_000_000_007
    #expect(mixture.sources(far..<far + 40).map(\.dataset) == all[..<40].map(\.dataset))
    #expect(mixture.counts(before: far) == mixture.weights.map { $0 * 1_000_000_007 })
  }

  @Test func `weights are decimal numbers`() {
    #expect(Mixture(decimals: ["0.7", "0.3"])?.weights == [7, 3])
    #expect(Mixture(decimals: ["1", "0.25", "3.00"])?.weights == [4, 1, 12])
    for wrong in [["0"], ["-1", "2"], ["1e3"], [""], ["1."], [".5"], ["1.2.3"], []] {
      #expect(Mixture(decimals: wrong) == nil)
    }
  }
}
