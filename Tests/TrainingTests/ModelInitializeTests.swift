import Testing
import Training

struct ModelInitializeTests {
  private func model(threads: Int, vocabularySize: Int = 5000) throws -> MaskedLanguageModel {
    let configuration = try #require(
      ModelConfiguration.preset("crammed-bert-tiny", vocabularySize: vocabularySize))
    return try MaskedLanguageModel(
      configuration: configuration, sequenceLength: 128, microBatch: 1, maskedPerSequence: 32,
      threads: ThreadPool(threads: threads))
  }

  @Test func `matrices are normal, norms start at one and zero, the padding word at zero`() throws {
    let model = try model(threads: 2)
    model.initialize(seed: 7)
    for tensor in model.layout.tensors {
      let numbers = model.values[tensor.range]
      if tensor.shape.count == 2 {
        checkNormal(tensor.name.contains("word") ? Array(numbers.dropFirst(128)) : Array(numbers))
      } else if tensor.name.hasSuffix("scale_factor") {
        #expect(numbers[0] == 1 / Float(128).squareRoot())
      } else {
        #expect(numbers.allSatisfy { $0 == (tensor.name.hasSuffix("bias") ? 0 : 1) })
      }
    }
    let words = try #require(model.parameter("encoder.embedding.word_embedding.weight"))
    #expect(words.prefix(128).allSatisfy { $0 == 0 })
  }

  /// Mean, deviation, kurtosis, and the correlation of neighbours, each within five standard errors.
  private func checkNormal(_ numbers: [Float]) {
    let x = numbers.map { Double($0) / 0.02 }, n = Double(x.count), five = 5 / n.squareRoot()
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / n }
    #expect(abs(mean(x)) < five)
    #expect(abs(mean(x.map { $0 * $0 }) - 1) < five * 2.0.squareRoot())
    #expect(abs(mean(x.map { $0 * $0 * $0 * $0 }) - 3) < five * 96.0.squareRoot())
    #expect(abs(mean(zip(x, x.dropFirst()).map { $0 * $1 })) < five)
    #expect((x.map(abs).max() ?? 0) < 7)
  }

  @Test func `a seed gives the same bits for any number of threads, another seed others`() throws {
    let one = try model(threads: 1), two = try model(threads: 3)
    one.initialize(seed: 7)
    two.initialize(seed: 7)
    #expect(Array(one.values.buffer) == Array(two.values.buffer))
    two.initialize(seed: 8)
    #expect(relativeError(one.values.buffer, two.values.buffer) > 0.5)
  }

  @Test func `the first numbers of seed 0 are these on every machine`() throws {
    let model = try model(threads: 1)
    model.initialize(seed: 0)
    let words = try #require(model.parameter("encoder.embedding.word_embedding.weight"))
    let found = words[128..<132].map { $0.bitPattern }
    #expect(found == [1_019_813_795, 1_023_248_739, 3_144_207_304, 987_704_621])
  }
}
