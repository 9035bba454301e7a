import CramCommand
import Glibc
import RingProtocol
import ShardFuzzing

/// `scripts/fuzz-shards`: damages shards for as long as it is told.
@main struct FuzzShardsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuzz-shards", abstract: "Damages shards at random and reads them.")

  @Argument(help: "Good shards.") var shards: [String]

  @Option(help: "How many variants of each shard.") var rounds = 10_000

  @Option(help: "Seed.") var seed: UInt64 = 0

  @Option(help: "An empty folder to work in.") var work: String

  func run() throws {
    for shard in shards {
      // A crash leaves the variant in the folder.
      let folder = "\(work)/\(Folder.name(of: Folder.parent(of: shard)))"
      try Folder.create(folder)
      var fuzzer = try ShardFuzzer(shard: shard, folder: folder, seed: seed)
      for round in 0..<rounds {
        if let fault = try fuzzer.step() {
          Console.complain("\(shard), seed \(seed), round \(round): \(fault); it lies in \(folder)")
          throw ExitCode(1)
        }
      }
      print("\(shard): \(rounds) variants, seed \(seed)")
    }
  }
}
