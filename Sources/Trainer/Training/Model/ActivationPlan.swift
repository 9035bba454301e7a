/// Where everything that a micro-batch makes lies in one block: sized once, nothing is allocated while training.
///
/// Kept for the backward pass are the residual stream, the packed qkv rows, the mixed values and the feed-forward block's input map.
/// What norms and gates put out is made again from those: it is cheaper than the memory.
struct ActivationPlan {
  typealias Place = Range<Int>

  /// What one layer keeps from forward to backward; N rows of the micro-batch.
  struct Layer {
    let x, mean1, rstd1, qkv, lse, mixed, middle, mean2, rstd2, valueGate: Place
  }

  /// What one worker needs while it is in a part; R rows of the part.
  struct Scratch {
    let normed, gated, dGated, dNormed, dMixed, scores: Place
  }

  /// The decoder's memory for one chunk of masked rows.
  struct Decoder {
    let gathered, normed, mean, rstd, dNormed, dGathered: Place
    let logits, maximum, sum, lse, labelLogit, laneGradient: Place
  }

  /// Gradients of activations, shared by all layers; `residuals` are used in turn.
  struct Gradients {
    let residuals: [Place]
    let normed1, normed2, gated, dValueGate, dQKV: Place
    /// Of each part: gradients of two norms' weights and biases, and of the position scale.
    let partials: Place
  }

  /// How the micro-batch is cut.
  let cut: Cut
  private(set) var layers: [Layer] = []
  private(set) var scratch: [Scratch] = []
  let embedded, embeddedMean, embeddedRstd, output: Place
  let decoder: Decoder
  let gradients: Gradients
  /// How many floats the block holds.
  let count: Int

  init(
    _ configuration: ModelConfiguration, sequenceLength: Int, microBatch: Int,
    maskedPerSequence: Int, threads: Int, rowsOfAPart: Int = 256
  ) {
    cut = Cut(
      configuration, sequenceLength: sequenceLength, microBatch: microBatch,
      maskedPerSequence: maskedPerSequence, rowsOfAPart: rowsOfAPart)
    let C = configuration.hiddenSize, N = cut.rows
    var arena = Arena()
    embedded = arena.take(N * C)
    embeddedMean = arena.take(N)
    embeddedRstd = arena.take(N)
    for _ in 0..<configuration.layers { layers.append(.init(configuration, N, &arena)) }
    output = arena.take(N * C)
    decoder = Decoder(configuration, cut, &arena)
    for _ in 0..<threads { scratch.append(.init(configuration, cut, &arena)) }
    gradients = Gradients(configuration, cut, &arena)
    count = arena.count
  }
}

/// How a micro-batch is cut into parts: by its shape alone, so that results do not depend on the number of threads.
struct Cut {
  /// Rows of the largest micro-batch.
  let rows: Int
  /// Tokens of the longest sequence.
  let longest: Int
  /// Rows of the largest part: whole sequences.
  let partRows: Int
  /// Rows that a part should have; one long sequence may be more.
  let rowsOfAPart: Int
  /// Masked rows of the largest micro-batch.
  let maskedRows: Int
  /// Masked rows whose logits are held at the same time.
  let chunkRows: Int
  /// Words of a block of logits; all blocks but the last are full.
  let blockWords = 512
  let blocks: Int
  /// Groups of blocks that sum their gradient of the masked rows apart; the sums are added in order.
  let lanes: Int

  init(
    _ configuration: ModelConfiguration, sequenceLength: Int, microBatch: Int,
    maskedPerSequence: Int, rowsOfAPart: Int
  ) {
    rows = microBatch * sequenceLength
    longest = min(rows, configuration.maximumLength)
    self.rowsOfAPart = rowsOfAPart
    partRows = min(rows, max(rowsOfAPart, longest))
    maskedRows = microBatch * maskedPerSequence
    chunkRows = min(maskedRows, 512)
    blocks = (configuration.vocabularySize + blockWords - 1) / blockWords
    lanes = min(blocks, 16)
  }

  /// Parts of `sequences` sequences of `tokens` tokens.
  func parts(sequences: Int, tokens: Int) -> [Part] {
    let each = max(1, rowsOfAPart / tokens)
    return stride(from: 0, to: sequences, by: each).map { first in
      Part(first: first, sequences: min(each, sequences - first), tokens: tokens)
    }
  }

  /// No micro-batch has more parts: all but the last hold more than half of `rowsOfAPart`.
  var mostParts: Int { rows / max(1, rowsOfAPart / 2) + 2 }
}

/// Some whole sequences of a micro-batch.
struct Part {
  let first: Int
  let sequences: Int
  let tokens: Int

  var firstRow: Int { first * tokens }
  var rows: Int { sequences * tokens }
}

/// Hands out places one after the other, each on a cache line of its own.
private struct Arena {
  private(set) var count = 0

  mutating func take(_ floats: Int) -> Range<Int> {
    let begin = count
    count += (floats + 15) / 16 * 16
    return begin..<begin + floats
  }
}

extension ActivationPlan.Layer {
  fileprivate init(_ configuration: ModelConfiguration, _ N: Int, _ arena: inout Arena) {
    let C = configuration.hiddenSize
    x = arena.take(N * C)
    mean1 = arena.take(N)
    rstd1 = arena.take(N)
    qkv = arena.take(N * 3 * C)
    lse = arena.take(N * configuration.heads)
    mixed = arena.take(N * C)
    middle = arena.take(N * C)
    mean2 = arena.take(N)
    rstd2 = arena.take(N)
    valueGate = arena.take(N * configuration.intermediateSize)
  }
}

extension ActivationPlan.Scratch {
  fileprivate init(_ configuration: ModelConfiguration, _ cut: Cut, _ arena: inout Arena) {
    let C = configuration.hiddenSize, G = configuration.gatedSize, R = cut.partRows
    normed = arena.take(R * C)
    gated = arena.take(R * G)
    dGated = arena.take(R * G)
    dNormed = arena.take(R * C)
    dMixed = arena.take(R * C)
    scores = arena.take(2 * cut.longest * cut.longest + cut.longest)
  }
}

extension ActivationPlan.Decoder {
  fileprivate init(_ configuration: ModelConfiguration, _ cut: Cut, _ arena: inout Arena) {
    let C = configuration.hiddenSize, M = cut.maskedRows
    gathered = arena.take(M * C)
    normed = arena.take(M * C)
    mean = arena.take(M)
    rstd = arena.take(M)
    dNormed = arena.take(M * C)
    dGathered = arena.take(M * C)
    logits = arena.take(cut.chunkRows * cut.blocks * cut.blockWords)
    maximum = arena.take(cut.blocks * cut.chunkRows)
    sum = arena.take(cut.blocks * cut.chunkRows)
    lse = arena.take(cut.chunkRows)
    labelLogit = arena.take(cut.chunkRows)
    laneGradient = arena.take(cut.lanes * cut.chunkRows * C)
  }
}

extension ActivationPlan.Gradients {
  fileprivate init(_ configuration: ModelConfiguration, _ cut: Cut, _ arena: inout Arena) {
    let C = configuration.hiddenSize, N = cut.rows
    residuals = (0..<3).map { _ in arena.take(N * C) }
    normed1 = arena.take(N * C)
    normed2 = arena.take(N * C)
    gated = arena.take(N * configuration.gatedSize)
    dValueGate = arena.take(N * configuration.intermediateSize)
    dQKV = arena.take(N * 3 * C)
    partials = arena.take(cut.mostParts * 4 * C)
  }
}
