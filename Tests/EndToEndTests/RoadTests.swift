import RingProtocol
import TestSupport
import Testing

/// From generated text to a model whose loss has fallen, through the real executables.
@Suite struct RoadTests {
  @Test func `text becomes a model that has learned and can be exported`() throws {
    try withTemporaryFolder { folder in
      let road = try Road(in: folder)
      try countsAddUp(road)
      try decodedIsWhatZstdUnpacks(road)
      let run = folder + "/run"
      let trained = try Program("train", road.training(run, budget: "200-steps")).wait()
      try #require(trained.status == 0, "\(trained.errors)")
      try lossHasFallen(run)
      let checkpoint = run + "/checkpoints/latest"
      let evaluated = try road.run(
        "evaluate", "mlm", "--checkpoint", checkpoint, "--shards", road.shards + "/heldout",
        "--json")
      let loss = try #require(try JSONValue.parse(evaluated.output)["loss"]?.double)
      let reported = try #require(try metrics(run).last?["heldout_loss"]?.double)
      #expect(abs(loss - reported) < 0.3)
      let filled = try road.run(
        "evaluate", "fill-mask", "--checkpoint", checkpoint, "the cat <mask> the broken bridge.",
        "--top",
        "3", "--json")
      #expect(try JSONValue.parse(filled.output)["fillings"]?.array?.count == 3)
      try road.run("export", checkpoint, "--output", folder + "/model")
      let names = try Folder.entries(of: folder + "/model")
      #expect(Set(names).isSuperset(of: ["config.json", "model.safetensors", "tokenizer.json"]))
    }
  }

  private func countsAddUp(_ road: Road) throws {
    for stage in [road.dedup, road.filter] {
      let report = try report(stage)
      let dropped = report["dropped"]?.members?.compactMap { $0.value["documents"]?.int }.reduce(
        0, +)
      let (input, output) = (
        report["input"]?["documents"]?.int, report["output"]?["documents"]?.int
      )
      #expect(try #require(input) == #require(output) + #require(dropped))
    }
    #expect(try report(road.dedup)["dropped"]?["exact-duplicate"]?["documents"] == 30)
  }

  private func decodedIsWhatZstdUnpacks(_ road: Road) throws {
    let shard =
      road.shards + "/train/"
      + (try #require(Folder.entries(of: road.shards + "/train").first { $0.hasSuffix(".tok.zst") }))
    let said = try JSONValue.parse(road.run("inspect", shard, "--decode", "3", "--json").output)
    let ids = try #require(said["ids"]?.array?.compactMap { $0.int })
    #expect(ids.count == 128)
    #expect(said["text"]?.string?.isEmpty == false)
  }

  private func lossHasFallen(_ run: String) throws {
    let lines = try metrics(run)
    let first = try #require(lines.first)
    let last = try #require(lines.last)
    #expect(
      first["step"] == 0 && first["loss"] == JSONValue.null && first["wait_seconds"]?.double == 0)
    #expect(last["step"] == 200)
    let before = try #require(first["heldout_loss"]?.double)
    let after = try #require(last["heldout_loss"]?.double)
    #expect(after < before - 1)
  }
}
