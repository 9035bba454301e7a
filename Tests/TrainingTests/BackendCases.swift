import TestSupport
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
