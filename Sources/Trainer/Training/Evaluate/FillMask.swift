import Glibc
import RingProtocol

/// One word for a masked place.
public struct Filling: Equatable, Sendable {
  public var id: UInt32
  public var probability: Double

  public init(id: UInt32, probability: Double) {
    (self.id, self.probability) = (id, probability)
  }
}

/// Why a text's mask cannot be filled.
public enum FillMaskError: Error, Equatable, CustomStringConvertible {
  /// The text has `found` masks.
  case masks(found: Int)
  case tooLong(tokens: Int, limit: Int)
  case unknownToken(id: UInt32, words: Int)

  public var description: String {
    switch self {
    case .masks(let found):
      "the text has \(found) masks, expected one: write <mask> where the word is missing"
    case .tooLong(let tokens, let limit):
      "the text is \(tokens) tokens long, the model takes \(limit): give a shorter one"
    case .unknownToken(let id, let words):
      "the tokenizer gave id \(id), the model knows \(words) words: give the tokenizer that belongs to the checkpoint"
    }
  }
}

extension MaskedLanguageModel {
  /// The likeliest words for the one `<mask>` of a text, best first; of equally likely ones the lowest id first.
  public func fillings(ids: [UInt32], maskID: UInt32, top: Int) throws(FillMaskError) -> [Filling] {
    let places = ids.indices.filter { ids[$0] == maskID }
    guard places.count == 1 else { throw .masks(found: places.count) }
    guard ids.count <= sequenceLength else {
      throw .tooLong(tokens: ids.count, limit: sequenceLength)
    }
    let words = configuration.vocabularySize
    if let id = ids.first(where: { Int($0) >= words }) {
      throw .unknownToken(id: id, words: words)
    }
    return Filling.likeliest(logits(ids: ids, rows: places), top: top)
  }
}

extension Filling {
  /// The `top` likeliest words under the softmax of `logits`, which is taken in double precision.
  static func likeliest(_ logits: [Float], top: Int) -> [Filling] {
    let highest = Double(logits.max() ?? 0)
    let weights = logits.map { exp(Double($0) - highest) }
    let sum = weights.reduce(0, +)
    let order = weights.indices.sorted { (weights[$0], $1) > (weights[$1], $0) }
    return order.prefix(top).map { Filling(id: UInt32($0), probability: weights[$0] / sum) }
  }
}
