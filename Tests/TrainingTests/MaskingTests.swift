import Testing
import Training

struct MaskingTests {
  private static let words = 1000
  private static let maskID: UInt32 = 4

  private func masking(rate: Double = 0.25, seed: UInt64 = 0) -> Masking {
    Masking(
      rate: rate, sequenceLength: 128, vocabularySize: Self.words, maskID: Self.maskID, seed: seed)
  }

  /// Words 10 … 137: none is a special, all differ.
  private let sequence = (10..<138).map { UInt16($0) }

  private func masked(_ masking: Masking, positions: some Sequence<UInt64>) -> MaskedBatch {
    var batch = MaskedBatch(sequences: 0, inputIDs: [], places: [], labels: [])
    for position in positions {
      sequence.withUnsafeBufferPointer { masking.append($0, position: position, to: &batch) }
    }
    return batch
  }

  @Test func `Philox gives the published numbers`() {
    let pi: SIMD4<UInt32> = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344]
    let cases: [(SIMD4<UInt32>, SIMD2<UInt32>, SIMD4<UInt32>)] = [
      (.zero, .zero, [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      (
        .init(repeating: .max), .init(repeating: .max),
        [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
      ),
      (pi, [0xa409_3822, 0x299f_31d0], [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
    ]
    for (counter, key, expected) in cases {
      #expect(CounterGenerator.block(counter: counter, key: key) == expected)
    }
  }

  @Test func `a quarter of 128 places is 32, of which 26 are hidden, 3 random and 3 kept`() {
    let masking = masking()
    #expect(masking.perSequence == 32)
    #expect(masking.hidden == 26)
    #expect(masking.hiddenOrRandom == 29)
    #expect(Masking.count(rate: 0.15, sequenceLength: 128) == 19)
    #expect(Masking.count(rate: 0.001, sequenceLength: 128) == 1)
  }

  @Test func `every sequence has exactly its counts and labels say what stood there`() {
    let batch = masked(masking(), positions: 0..<200)
    #expect(batch.sequences == 200)
    #expect(batch.places.count == 200 * 32)
    for row in 0..<200 {
      let places = batch.places[row * 32..<row * 32 + 32].map { Int($0) - row * 128 }
      #expect(Set(places).count == 32)
      #expect(places.allSatisfy { (0..<128).contains($0) })
      let labels = batch.labels[row * 32..<row * 32 + 32]
      #expect(Array(labels) == places.map { UInt32(sequence[$0]) })
      let inputs = places.map { batch.inputIDs[row * 128 + $0] }
      // A random word is <mask> once in a thousand draws; the order of the draw tells the kinds apart.
      #expect(inputs[..<26].allSatisfy { $0 == Self.maskID })
      #expect(inputs[29...].elementsEqual(labels.suffix(3)))
      let untouched = Set(0..<128).subtracting(places)
      #expect(untouched.allSatisfy { batch.inputIDs[row * 128 + $0] == UInt32(sequence[$0]) })
    }
  }

  @Test func `places and random words are uniform`() {
    let count = 20_000
    let batch = masked(masking(), positions: 0..<UInt64(count))
    var places = [Int](repeating: 0, count: 128)
    var words = [Int](repeating: 0, count: Self.words)
    for (order, place) in batch.places.enumerated() {
      places[Int(place) % 128] += 1
      if (26..<29).contains(order % 32) { words[Int(batch.inputIDs[Int(place)])] += 1 }
    }
    // Chi-square: its mean is the degrees of freedom, its deviation √(2 · degrees); five of them are allowed.
    #expect(chiSquare(places) < 127 + 5 * (2.0 * 127).squareRoot())
    #expect(chiSquare(words) < 999 + 5 * (2.0 * 999).squareRoot())
  }

  private func chiSquare(_ counts: [Int]) -> Double {
    let expected = Double(counts.reduce(0, +)) / Double(counts.count)
    return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
  }

  @Test func `masks depend on seed and position alone`() {
    let alone = masked(masking(seed: 7), positions: [41])
    let among = masked(masking(seed: 7), positions: 40..<43)
    #expect(alone.inputIDs == Array(among.inputIDs[128..<256]))
    #expect(alone.places == among.places[32..<64].map { $0 - 128 })
    #expect(masked(masking(seed: 8), positions: [41]).inputIDs != alone.inputIDs)
    #expect(masked(masking(seed: 7), positions: [41 + 1000]).inputIDs != alone.inputIDs)
  }

  @Test func `the masks of a seed are those of the documentation`() {
    let batch = masked(masking(seed: 1), positions: [5])
    #expect(Array(batch.places[..<8]) == Self.vector.places)
    let changed = batch.places[26..<29].map { batch.inputIDs[Int($0)] }
    #expect(changed == Self.vector.random)
  }

  /// Seed 1, position 5, T 128, V 1000: the first eight places, and the three random words. Also in docs/train.md.
  private static let vector: (places: [Int32], random: [UInt32]) = (
    [6, 67, 83, 41, 111, 32, 7, 91], [747, 860, 891]
  )
}
