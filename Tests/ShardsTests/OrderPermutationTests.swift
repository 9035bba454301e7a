import Shards
import Testing

struct OrderPermutationTests {
  @Test(arguments: [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 100, 1023, 1024, 1025, 50_000] as [UInt64])
  func `every element stands at exactly one place, and its place is found again`(count: UInt64) {
    for seed in 0..<5 as Range<UInt64> {
      let permutation = KeyedPermutation(count: count, key: (seed, ~seed))
      var seen = [Bool](repeating: false, count: Int(count))
      for place in 0..<count {
        let element = permutation[place]
        #expect(!seen[Int(element)])
        seen[Int(element)] = true
        #expect(permutation.place(of: element) == place)
      }
    }
  }

  @Test(arguments: [UInt64.max, 1 << 63, (1 << 40) + 12345] as [UInt64])
  func `ranges too large to enumerate are inverted too`(count: UInt64) {
    let permutation = KeyedPermutation(count: count, key: (1, 2))
    for place in [0, 1, 12345, count / 2, count - 1] {
      #expect(permutation[place] < count)
      #expect(permutation.place(of: permutation[place]) == place)
    }
  }

  @Test func `keys that differ in one bit give unrelated orders`() {
    let count: UInt64 = 10_000
    let base = KeyedPermutation(count: count, key: (7, 9))
    for bit in stride(from: 0, to: 64, by: 9) {
      for other in [
        KeyedPermutation(count: count, key: (7 ^ 1 << bit, 9)),
        KeyedPermutation(count: count, key: (7, 9 ^ 1 << bit)),
      ] {
        let same = (0..<count).count { base[$0] == other[$0] }
        #expect(same <= 10)  // one is expected
      }
    }
  }

  @Test func `all orders of four elements come up, none much more than another`() {
    var counts: [[UInt64]: Int] = [:]
    for seed in 0..<24_000 as Range<UInt64> {
      let permutation = KeyedPermutation(count: 4, key: (seed, 0))
      counts[(0..<4).map { permutation[$0] }, default: 0] += 1
    }
    #expect(counts.count == 24)
    #expect(counts.values.allSatisfy { (800...1200).contains($0) }, "\(counts.values.sorted())")
  }

  @Test func `places and elements are independent by chi-square`() {
    let count: UInt64 = 65_537
    let permutation = KeyedPermutation(count: count, key: (42, 43))
    var cells = [Double](repeating: 0, count: 16 * 16)
    for place in 0..<count {
      cells[Int(place * 16 / count * 16 + permutation[place] * 16 / count)] += 1
    }
    let expected = Double(count) / 256
    let chiSquare = cells.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
    #expect(chiSquare > 120 && chiSquare < 345, "\(chiSquare) at 225 degrees of freedom")
  }

  @Test func `neighbours do not stay together and no run stays in order`() {
    let count: UInt64 = 100_000
    let permutation = KeyedPermutation(count: count, key: (3, 5))
    let order = (0..<count).map { permutation[$0] }
    let adjacent = zip(order, order.dropFirst()).count { $1 == $0 &+ 1 }
    #expect(adjacent <= 10)  // one is expected
    var longest = 1
    var run = 1
    for (a, b) in zip(order, order.dropFirst()) {
      run = b > a ? run + 1 : 1
      longest = max(longest, run)
    }
    #expect(longest <= 12, "\(longest)")
  }
}
