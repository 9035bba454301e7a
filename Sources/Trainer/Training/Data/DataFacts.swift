import RingProtocol

/// What a model is bound to by its data: a checkpoint goes on only with the same.
public struct DataFacts: Equatable, Sendable {
  /// V: number of words.
  public var vocabularySize: Int
  /// T: tokens of a sequence.
  public var sequenceLength: Int
  /// SHA-256 of the dataset's plain content; 64 hexadecimal digits.
  public var fingerprint: String
  /// Ids of the special words, where the vocabulary has them.
  public var specials: RingHeader.Specials

  public init(
    vocabularySize: Int, sequenceLength: Int, fingerprint: String, specials: RingHeader.Specials
  ) {
    self.vocabularySize = vocabularySize
    self.sequenceLength = sequenceLength
    self.fingerprint = fingerprint
    self.specials = specials
  }

  /// What a ring says of its data.
  public init(_ header: RingHeader) {
    self.init(
      vocabularySize: header.vocabularySize, sequenceLength: header.sequenceLength,
      fingerprint: header.fingerprint, specials: header.specials)
  }

  /// The id of `<mask>`; a vocabulary without one cannot train.
  public func maskID() throws(TrainingDataError) -> UInt32 {
    guard let mask = specials.mask, Int(mask) < vocabularySize else {
      throw .noMaskToken(fingerprint: fingerprint)
    }
    return mask
  }
}

extension DataFacts {
  /// As checkpoints and `config.json` hold them.
  public var json: JSONValue {
    [
      "fingerprint": .string(fingerprint), "vocabulary_size": .int(Int64(vocabularySize)),
      "sequence_length": .int(Int64(sequenceLength)),
      "special_roles": .object(
        Self.roles.compactMap { name, path in
          specials[keyPath: path].map { .init(name, .int(Int64($0))) }
        }),
    ]
  }

  /// Reads what `json` wrote (a dataset's manifest has the same fields); nil where a field is missing.
  public init?(_ json: JSONValue) {
    guard let fingerprint = json["fingerprint"]?.string,
      let words = json["vocabulary_size"]?.int, (1...1 << 24).contains(words),
      let length = json["sequence_length"]?.int, (1...1 << 24).contains(length)
    else { return nil }
    var specials = RingHeader.Specials()
    for (name, path) in Self.roles {
      let id = json["special_roles"]?[name]?.int
      specials[keyPath: path] = id.flatMap { UInt32(exactly: $0) }
    }
    self.init(
      vocabularySize: Int(words), sequenceLength: Int(length), fingerprint: fingerprint,
      specials: specials)
  }

  private static var roles: [(String, WritableKeyPath<RingHeader.Specials, UInt32?>)] {
    [("pad", \.pad), ("unk", \.unk), ("cls", \.cls), ("sep", \.sep), ("mask", \.mask)]
  }
}

/// Why the data cannot be trained on.
public enum TrainingDataError: Error, Equatable, CustomStringConvertible {
  case noMaskToken(fingerprint: String)
  /// The stream gave another position than the one that follows.
  case wrongPosition(found: UInt64, expected: UInt64)
  /// The stream carries other data than this run began with; `field` says in what they differ.
  case otherData(field: String, found: String, expected: String)
  /// A token that the vocabulary does not have.
  case unknownToken(id: UInt32, vocabularySize: Int, position: UInt64)
  /// The streamer lives and gives nothing.
  case stalled(waited: Duration, cause: String)
  /// The run's own streamer could not go on.
  case streamerFailed(String)

  public var description: String {
    switch self {
    case .noMaskToken(let fingerprint):
      "data \(fingerprint.prefix(16)): its vocabulary has no mask token; tokenize it with a vocabulary that has one"
    case .wrongPosition(let found, let expected):
      "the stream gave position \(found), expected \(expected); start the streamer again"
    case .otherData(let field, let found, let expected):
      "the data has \(field) \(found), expected \(expected) as in this run so far; give the data that the run began with, or another --output"
    case .unknownToken(let id, let vocabularySize, let position):
      "position \(position) holds token \(id) of a vocabulary of \(vocabularySize); tokenize the data again"
    case .stalled(let waited, let cause):
      "no data for \(waited.components.seconds) s: \(cause); mend it, then run the same command again"
    case .streamerFailed(let reason): reason
    }
  }
}

extension DataFacts {
  /// Throws where `found` is not made with the same vocabulary; its text may be another.
  public func checkVocabulary(_ found: DataFacts) throws(TrainingDataError) {
    var same = found
    (same.fingerprint, same.sequenceLength) = (fingerprint, sequenceLength)
    try check(same)
  }

  /// Throws where `found` is not cut like this with the same vocabulary; its text may be another.
  public func checkKind(_ found: DataFacts) throws(TrainingDataError) {
    var same = found
    same.fingerprint = fingerprint
    try check(same)
  }

  /// Throws where `found` is other data than this.
  public func check(_ found: DataFacts) throws(TrainingDataError) {
    let fields: [(String, (DataFacts) -> String)] = [
      ("a vocabulary of", { "\($0.vocabularySize) words" }),
      ("sequences of", { "\($0.sequenceLength) tokens" }),
      ("the fingerprint", { String($0.fingerprint.prefix(16)) }),
      ("other special tokens", { "\($0.specials)" }),
    ]
    for (field, value) in fields where value(found) != value(self) {
      throw .otherData(field: field, found: value(found), expected: value(self))
    }
  }
}
