import DataPrep
import RingProtocol
import Shards
import TestSupport
import Testing

/// `cram tokenize` in one process and as steps of independent commands.
struct PlannedTokenizeTests {
  @Test(arguments: [
    (BlockOrder.random, HeldoutAmount.none), (.random, .share(0.2)), (.natural, .count(17)),
    (.sentenceLength, .none), (.unigram, .count(1)),
  ])
  func `the files are the same for any number of partitions`(
    order: BlockOrder, heldout: HeldoutAmount
  ) throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 250)
      let report = try world.tokenize("whole") { ($0.order, $0.heldout) = (order, heldout) }
      let whole = try world.files("whole")
      for (partitions, memory) in [(1, 2000), (2, 1 << 20), (3, 4000), (30, 1 << 20)] {
        let last = try planned(world, "\(partitions)", partitions, memory: memory) {
          ($0.order, $0.heldout) = (order, heldout)
        }
        #expect(try world.files("\(partitions)") == whole)
        #expect(last["train"] == report["train"] && last["heldout"] == report["heldout"])
        #expect(last["tokens"] == report["tokens"] && last["input"] == report["input"])
        #expect(last["characters"] == report["characters"])
      }
    }
  }

  /// Runs the commands of each step backwards, each twice.
  private func planned(
    _ world: TokenizeWorld, _ output: String, _ partitions: Int, memory: Int,
    _ change: (inout TokenizeOptions) -> Void
  ) throws -> JSONValue {
    var inputs = CorpusInputs(paths: [world.folder + "/corpus.jsonl"])
    inputs.blockBytes = 1024
    var options = TokenizeOptions()
    (options.length, options.frameSequences, options.shardSequences) = (8, 4, 16)
    change(&options)
    let stage = try TokenizeStage(
      corpus: try Corpus(inputs), files: world.files, options: options,
      output: world.folder + "/" + output, threads: 2, memory: memory)
    return try runPlanned(
      stage, stage.command(overwrite: false), partitions: partitions, memory: memory
    ).json
  }

  @Test func `a step waits for the one before it`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 20)
      let stage = try world.stage("out")
      let context = StepContext(part: 0, threads: 1, memory: 1 << 20)
      for step in ["encode", "pack", "shards", "report", "nothing"] {
        #expect(throws: (any Error).self) {
          try stage.perform(
            step: step, of: stage.command(overwrite: false), partitions: 2, context)
        }
      }
    }
  }
}
