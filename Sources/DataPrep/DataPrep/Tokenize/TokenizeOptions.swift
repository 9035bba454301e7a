import RingProtocol
import Shards

/// What decides the sequences of a dataset beside its documents and its tokenizer.
public struct TokenizeOptions: Sendable {
  /// Tokens of a sequence.
  public var length = 128
  public var order = BlockOrder.random
  /// Whether each document begins with the tokenizer's `<cls>`.
  public var hasLeadingClass = false
  /// Whether each document begins a sequence, and its last one is filled up with `<pad>`.
  public var isUncrossed = false
  public var heldout = HeldoutAmount.none
  public var codec = Codec.zstd
  /// The level of the codec.
  public var level = 3
  /// Whether shards tell where their documents come from.
  public var hasProvenance = true
  /// How many parts of a shard share a strip of parity; 0 for none.
  public var parityGroup = 0
  /// Sequences of a shard.
  public var shardSequences: UInt64 = 262_144
  /// Sequences of a frame.
  public var frameSequences = 4096
  public var seed: UInt64 = 0

  public init() {}

  /// The options as the report states them.
  var members: [JSONValue.Member] {
    [
      .init("length", .int(Int64(length))), .init("order", .string(order.rawValue)),
      .init("leading_cls", .bool(hasLeadingClass)), .init("no_crossing", .bool(isUncrossed)),
      .init("heldout", heldout.json), .init("codec", .string(codec.rawValue)),
      .init("level", .int(Int64(level))), .init("provenance", hasProvenance ? "full" : "none"),
      .init("parity", .int(Int64(parityGroup))),
      .init("shard_sequences", .unsigned(shardSequences)),
      .init("frame_sequences", .int(Int64(frameSequences))), .init("seed", .unsigned(seed)),
    ]
  }
}

extension HeldoutAmount {
  var json: JSONValue {
    switch self {
    case .none: 0
    case .share(let share): .double(share)
    case .count(let count): .unsigned(count)
    }
  }
}

/// Why documents cannot become a dataset.
public enum TokenizeError: UnfitDocumentsError, Equatable, CustomStringConvertible {
  case noSeparator(tokenizer: String)
  case noFullStop(tokenizer: String)
  /// An option needs a special token that the tokenizer has not.
  case noSpecial(tokenizer: String, names: String, option: String)
  case impossible(String)
  case nothingToTrainOn(documents: UInt64)
  case tooLittleText(side: String, documents: UInt64, tokens: UInt64, length: Int)

  public var description: String {
    switch self {
    case .noSeparator(let path):
      "\(path) has neither <sep> nor [SEP], and one of them ends each document; take another tokenizer, or train one with cram vocab"
    case .noFullStop(let path):
      "\(path) has no piece \".\", which --order sentence-length counts; choose another order or another tokenizer"
    case .noSpecial(let path, let names, let option):
      "\(path) has neither \(names), which \(option) needs; leave that option out, or take another tokenizer"
    case .impossible(let what):
      "\(what); choose other values of --length, --frame-sequences and --shard-sequences"
    case .nothingToTrainOn(let documents):
      "all \(documents) documents would be held out; give a smaller --heldout"
    case .tooLittleText(let side, let documents, let tokens, let length):
      "the \(side) side has \(tokens) tokens of \(documents) documents, fewer than the \(length) of one sequence; give "
        + (side == "heldout" ? "a larger --heldout" : "more text") + " or a smaller --length"
    }
  }
}
