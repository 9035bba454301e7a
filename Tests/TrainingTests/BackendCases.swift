import Testing
import Training

/// A backend that a test runs on; every test of the model has one body for all.
enum BackendCase: String, CaseIterable, CustomTestStringConvertible {
  case reference, portable, avx2, avx512

  var testDescription: String { rawValue }

  /// Nil where this processor cannot run it.
  func make(threads: Int = 2) throws -> (any Backend)? {
    if self == .reference { return ReferenceBackend() }
    return try CPUBackend(pool: ThreadPool(threads: threads), kernels: rawValue)
  }

  static var kernels: [BackendCase] { [.portable, .avx2, .avx512] }
}

/// Numbers for tests: a function of the seed, spread evenly over −1 to 1.
struct SeededNumbers {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  mutating func next(below bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(truncatingIfNeeded: (state >> 33) % UInt64(bound))
  }

  mutating func float() -> Float { Float(next(below: 1 << 24)) / Float(1 << 23) - 1 }
  mutating func floats(_ count: Int, times scale: Float = 1) -> [Float] {
    (0..<count).map { _ in scale * float() }
  }
}

/// ‖a − b‖ / ‖b‖.
func relativeError(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Double {
  precondition(a.count == b.count)
  var difference = 0.0, size = 0.0
  for (x, y) in zip(a, b) {
    difference += (Double(x) - Double(y)) * (Double(x) - Double(y))
    size += Double(y) * Double(y)
  }
  return size == 0 ? difference.squareRoot() : (difference / size).squareRoot()
}

extension MaskedBatch {
  /// Random sequences without duplicates among the masked places.
  static func random(
    _ configuration: ModelConfiguration, sequences: Int, tokens: Int, masked: Int, seed: UInt64
  ) -> MaskedBatch {
    var numbers = SeededNumbers(seed)
    let V = configuration.vocabularySize
    let ids = (0..<sequences * tokens).map { _ in UInt32(numbers.next(below: V)) }
    let places = (0..<sequences).flatMap { sequence in
      let offset = numbers.next(below: tokens)
      return (0..<masked).map { Int32(sequence * tokens + (offset + 3 * $0) % tokens) }
    }
    let labels = places.map { _ in UInt32(numbers.next(below: V)) }
    return MaskedBatch(sequences: sequences, inputIDs: ids, places: places, labels: labels)
  }

  /// The sequences of a range.
  func part(_ range: Range<Int>) -> MaskedBatch {
    let tokens = inputIDs.count / sequences
    let rows = range.lowerBound * tokens..<range.upperBound * tokens
    let kept = places.indices.filter { rows.contains(Int(places[$0])) }
    return MaskedBatch(
      sequences: range.count, inputIDs: Array(inputIDs[rows]),
      places: kept.map { places[$0] - Int32(rows.lowerBound) }, labels: kept.map { labels[$0] })
  }
}
