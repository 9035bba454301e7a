import RingProtocol
import TestSupport
import Testing
import Training

struct EvaluateTests {
  private func model(microBatch: Int) throws -> MaskedLanguageModel {
    let model = try MaskedLanguageModel(
      configuration: RunFixture.shape, sequenceLength: 16, microBatch: microBatch,
      maskedPerSequence: 4, threads: ThreadPool(threads: 1))
    model.initialize(seed: 3)
    return model
  }

  private func score(_ microBatch: Int, count: UInt64) throws -> MaskedScore? {
    try MaskedEvaluation.score(
      try model(microBatch: microBatch),
      on: SequenceStream(ArraySource(RunFixture.facts, end: count), position: 0),
      facts: RunFixture.facts, cancellation: .init(),
      progress: ProgressMeter(label: "", unit: ""))
  }

  @Test func `a score does not depend on how the sequences are cut`() throws {
    let (one, seven) = (
      try #require(try score(1, count: 23)), try #require(try score(7, count: 23))
    )
    #expect(one.sequences == 23 && one.masked == 23 * 4)
    #expect(abs(one.loss - seven.loss) < 1e-5)
    #expect(one.accuracy == seven.accuracy)
  }

  @Test func `nothing to measure has no score`() throws {
    #expect(try score(4, count: 0) == nil)
  }

  @Test func `a fresh model knows nothing`() throws {
    let found = try #require(try score(8, count: 64))
    #expect(abs(found.loss - 4.09) < 0.2)  // ln 60
  }

  @Test func `fillings are the likeliest words, and their probabilities add up`() throws {
    let model = try model(microBatch: 1)
    let fillings = try model.fillings(ids: [2, 7, 4, 9, 3], maskID: 4, top: 60)
    #expect(fillings.count == 60)
    #expect(abs(fillings.reduce(0) { $0 + $1.probability } - 1) < 1e-9)
    #expect(zip(fillings, fillings.dropFirst()).allSatisfy { $0.probability >= $1.probability })
    #expect(try model.fillings(ids: [2, 7, 4, 9, 3], maskID: 4, top: 2) == Array(fillings[..<2]))
    let logits = model.logits(ids: [2, 7, 4, 9, 3], rows: [2])
    let best = logits.indices.max { (logits[$0], -$0) < (logits[$1], -$1) }
    #expect(fillings[0].id == UInt32(best ?? 0))
  }

  @Test func `a text without a mask, with two, or too long is refused`() throws {
    let model = try model(microBatch: 1)
    #expect(throws: FillMaskError.masks(found: 0)) {
      _ = try model.fillings(ids: [2, 3], maskID: 4, top: 1)
    }
    #expect(throws: FillMaskError.masks(found: 2)) {
      _ = try model.fillings(ids: [4, 4], maskID: 4, top: 1)
    }
    #expect(throws: FillMaskError.tooLong(tokens: 17, limit: 16)) {
      _ = try model.fillings(ids: [4] + [UInt32](repeating: 7, count: 16), maskID: 4, top: 1)
    }
    #expect(throws: FillMaskError.unknownToken(id: 60, words: 60)) {
      _ = try model.fillings(ids: [4, 60], maskID: 4, top: 1)
    }
  }
}
