import RingProtocol
import Training

/// Sequences from an array in place of a ring: endless, or as long as it is told.
final class ArraySource: SequenceSource {
  let facts: DataFacts
  let tokenType: RingHeader.TokenType
  let waitedNanoseconds: UInt64 = 0
  private let batch: Int
  private let end: UInt64?
  private var position: UInt64
  private var storage: UnsafeMutableRawBufferPointer
  /// What `next` does before it gives the batch that begins at a position.
  var before: (UInt64) throws -> Void = { _ in }

  init(
    _ facts: DataFacts, from position: UInt64 = 0, batch: Int = 5, end: UInt64? = nil,
    tokenType: RingHeader.TokenType = .u16
  ) {
    (self.facts, self.position, self.batch, self.end) = (facts, position, batch, end)
    self.tokenType = tokenType
    storage = .allocate(
      byteCount: batch * facts.sequenceLength * tokenType.bytes, alignment: 64)
  }

  deinit { storage.deallocate() }

  /// Word number `place` of the sequence at `position`: 32 sequences that come again, of patterns that can be learned.
  static func word(_ position: UInt64, _ place: Int, _ words: Int) -> UInt32 {
    let row = Int(position % 32)
    return UInt32(5 + (row * 7 + place * (1 + row % 3)) % (words - 5))
  }

  func next() throws -> SequenceBatch? {
    try before(position)
    let count = min(batch, Int(min(1 << 20, (end ?? .max) - position)))
    guard count > 0 else { return nil }
    for row in 0..<count {
      for place in 0..<facts.sequenceLength {
        let word = Self.word(position + UInt64(row), place, facts.vocabularySize)
        let index = row * facts.sequenceLength + place
        switch tokenType {
        case .u16:
          storage.storeBytes(of: UInt16(word), toByteOffset: 2 * index, as: UInt16.self)
        case .u32: storage.storeBytes(of: word, toByteOffset: 4 * index, as: UInt32.self)
        }
      }
    }
    defer { position += UInt64(count) }
    return SequenceBatch(
      firstPosition: position, sequences: count, tokens: UnsafeRawBufferPointer(storage))
  }

  func release() {}
}

/// A very small run.
struct RunFixture {
  static let facts = DataFacts(
    vocabularySize: 60, sequenceLength: 16, fingerprint: String(repeating: "ab", count: 32),
    specials: .init(pad: 0, unk: 1, cls: 2, sep: 3, mask: 4))
  static let shape = ModelConfiguration(
    vocabularySize: 60, hiddenSize: 16, layers: 2, heads: 2, intermediateSize: 32,
    maximumLength: 16)

  var folder: String
  var budget = Budget.steps(30)
  var threads: Int?
  var microBatch: Int? = 4
  var resume = false
  var overwrite = false
  var learningRate = 3e-3
  var seed: UInt64 = 0
  var checkpointEvery = Duration.seconds(3600)
  var cancellation = CancellationFlag()
  var facts = Self.facts

  init(_ folder: String) { self.folder = folder }

  var request: RunRequest {
    let settings = TrainingSettings(
      model: Self.shape, budget: budget, ramp: BatchRamp(batch: 11, share: 0.6, unit: 3),
      learningRate: learningRate, seed: seed)
    return RunRequest(
      settings: settings, data: facts, heldOutFingerprint: nil, threads: threads,
      microBatch: microBatch, defaultThreads: 2, resume: resume, overwrite: overwrite)
  }

  var heldOut: [MaskedBatch] {
    get throws {
      try MaskedEvaluation(facts).read(
        SequenceStream(ArraySource(facts, from: 1000, end: 1032), position: 1000), limit: 1024,
        microBatch: microBatch ?? 4)
    }
  }

  /// Opens the folder and trains; nil where it is up to date. `prepare` may change the source.
  @discardableResult
  func run(_ prepare: (ArraySource) -> Void = { _ in }) throws -> JSONValue? {
    guard case .ready(let run, let checkpoint) = try RunFolder.open(folder, request) else {
      return nil
    }
    let source = ArraySource(facts, from: try checkpoint?.state().position ?? 0)
    prepare(source)
    let options = TrainingOptions(
      checkpointEvery: checkpointEvery,
      companions: [.init(name: "tokenizer.json", bytes: Array(Self.tokenizer.utf8))],
      heldOut: try heldOut, machine: ["backend": "test"], peak: 1e9, cancellation: cancellation,
      progress: ProgressMeter(label: "training", unit: "tokens"))
    return try TrainingRun(
      request, folder: run, checkpoint: checkpoint, source: source,
      pool: ThreadPool(threads: run.execution.threads), options: options
    ).run()
  }

  var metrics: [JSONValue] {
    get throws {
      let bytes = try InputFile.bytes(of: folder + "/metrics.jsonl")
      return try bytes.split(separator: UInt8(ascii: "\n")).map { try JSONValue.parse(Array($0)) }
    }
  }

  /// Steps and losses: what an interruption must not change.
  var losses: [[JSONValue?]] {
    get throws { try metrics.map { [$0["step"], $0["loss"], $0["batch"], $0["gradient_norm"]] } }
  }

  var latest: String { folder + "/checkpoints/latest" }

  /// Digests of weights and moments.
  var weights: [String] {
    get throws {
      try ["model.safetensors", "optimizer.safetensors"].map {
        try SHA256.hex(ofFile: latest + "/" + $0)
      }
    }
  }

  static let tokenizer = """
    {"model": {"vocab": {"the": 7}}, "added_tokens": [{"id": 0, "content": "<pad>"}, \
    {"id": 1, "content": "<unk>"}, {"id": 2, "content": "<cls>"}, {"id": 3, "content": "<sep>"}, \
    {"id": 4, "content": "<mask>"}]}
    """
}
