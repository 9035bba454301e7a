import CramCommand
import RingProtocol
import Shards

@main struct StreamVerb {
  static func main() { runCommand(StreamCommand.self) }
}

struct StreamCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    "stream", abstract: "Streams a dataset, or a mix, into a ring, from which a trainer takes it.",
    discussion: """
      Unpacks shards ahead of the trainer, in order, epoch after epoch (epochs after the first in another order, where \
      the dataset is stored in random order). Any position may be the start. The consumer may come, die and come back; \
      so may this command: started again, it goes on in the same ring without losing or repeating a sequence. Of \
      several datasets each next sequence comes from the one furthest behind its share: its weight, or its size.

      Examples:
        cram stream shards/train --ring training
        cram stream shards/train --ring part-1 --rank 1 --world-size 2 --start 1000000
        cram stream web/train=0.7 books/train=0.3 --ring mixed
        cram stream shards/train --where 1000000 --json
      """)

  @Argument(
    help: ArgumentHelp(
      "Folders with manifest.json; several are mixed by size, or by weight as in books/train=0.3.",
      valueName: "dataset"))
  var datasets: [String]

  @Option(
    help: ArgumentHelp("The ring to fill: letters, digits, '.', '_' and '-'.", valueName: "name"))
  var ring: String?

  @Option(help: "Sequences of a batch, over all ranks.")
  var batch: UInt64 = 256

  @Option(help: "End after so many epochs (default: never).")
  var epochs: UInt64?

  @Option(help: "Begin at this position.")
  var start: UInt64 = 0

  @Option(help: "Which share of each batch to stream, from 0.")
  var rank: UInt64 = 0

  @Option(help: "How many streams share the batches.")
  var worldSize: UInt64 = 1

  @Option(help: "How long to wait for a consumer before giving up, as 90s, 5m or 2h.")
  var grace = TimeSpan(seconds: 600)

  @Option(help: ArgumentHelp("Say where a position lies, and end.", valueName: "position"))
  var `where`: UInt64?

  @Flag(
    help:
      "Go on behind damaged frames: made again by parity, or replaced by whole ones, always by the same."
  )
  var skipDamaged = false

  @Flag(help: "End when the process that started this one has ended.")
  var dieWithParent = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    try MixArguments.check(datasets)
    if ring == nil, `where` == nil { throw ValidationError("--ring NAME is missing") }
    if epochs == 0 { throw ValidationError("--epochs 0: expected at least 1") }
    if !(1...1 << 24).contains(batch) {
      throw ValidationError("--batch \(batch): expected 1 to \(1 << 24)")
    }
    if worldSize < 1 || rank >= worldSize {
      throw ValidationError(
        "--rank \(rank) of --world-size \(worldSize): expected a rank below the size")
    }
    if batch % worldSize != 0 {
      throw ValidationError("--batch \(batch): expected a multiple of --world-size \(worldSize)")
    }
    for position in [start, `where` ?? 0] where position >= BatchGeometry.limit {
      throw ValidationError("position \(position): expected less than \(BatchGeometry.limit)")
    }
  }

  func run() throws {
    if dieWithParent { Parent.cancelWithIt(.process) }
    let opened = try MixArguments(datasets).open()
    if let position = `where` { return locate(position, in: opened) }
    guard let ring else { return }
    let streamer = Streamer(opened, plan: try plan(for: opened), skipping: try skipping(opened))
    let producer = try RingProducer(
      name: ring, directory: CramHome.rings, header: streamer.header, startingAt: start,
      cancellation: .process)
    common.console.say(
      "ring \(ring): \(datasets.joined(separator: ", ")) from position \(producer.position), batches of \(batch)"
        + (producer.tookOver ? ", taken over from a producer that died" : ""))
    try report(streamer.run(producer, flag: .process), ring: ring)
  }

  private func skipping(_ data: StreamData) throws -> [DamageSkipping] {
    guard skipDamaged else { return [] }
    return try data.datasets.map { dataset in
      let fingerprint = dataset.manifest.fingerprint
      let skipping = try DamageSkipping(
        record: CramHome.path + "/replaced/\(fingerprint).json", fingerprint: fingerprint,
        tell: { Console.complain("cram-stream: \($0)") })
      if let notice = skipping.notice {
        Console.complain("cram-stream: \(dataset.folder): \(notice)")
      }
      return skipping
    }
  }

  private func plan(for data: StreamData) throws -> Streamer.Plan {
    let geometry = BatchGeometry(
      batchSequences: batch, rank: rank, worldSize: worldSize, sequencesPerEpoch: data.sequences,
      epochs: epochs)
    guard geometry.hasShare else {
      throw StreamError.noShare(rank: rank, batch: batch, sequences: data.sequences)
    }
    return Streamer.Plan(geometry: geometry, seed: common.seed, grace: .seconds(grace.seconds))
  }

  private func locate(_ position: UInt64, in opened: StreamData) {
    let place = opened.place(of: position, seed: common.seed)
    let dataset = datasets[place.dataset]
    common.console.printJSON([
      "dataset": .string(dataset), "epoch": .unsigned(place.epoch),
      "sequence": .unsigned(place.sequence),
    ])
    if !common.json {
      common.console.say(
        "position \(position): \(dataset), epoch \(place.epoch), sequence \(place.sequence)")
    }
  }

  private func report(_ summary: Streamer.Summary, ring: String) throws {
    if summary.end == .abandoned { throw StreamError.abandoned(ring: ring, grace: grace.seconds) }
    common.console.printJSON([
      "ring": .string(ring), "batches": .unsigned(summary.batches),
      "sequences": .unsigned(summary.sequences), "position": .unsigned(summary.position),
    ])
    if !common.json {
      common.console.say(
        "ring \(ring): \(Amount.grouped(summary.sequences)) sequences in \(Amount.grouped(summary.batches)) batches, "
          + "up to position \(summary.position)")
    }
  }
}

/// Why a stream cannot go on although nothing is broken.
enum StreamError: Error, CustomStringConvertible {
  case severalDatasets(folder: String)
  case noShare(rank: UInt64, batch: UInt64, sequences: UInt64)
  case abandoned(ring: String, grace: Double)

  var description: String {
    switch self {
    case .severalDatasets(let folder):
      "\(folder): no \(Manifest.fileName) in it, but in \(folder)/train; name the dataset"
    case .noShare(let rank, let batch, let sequences):
      "rank \(rank) would never get a sequence: an epoch has \(sequences), a batch \(batch); choose a smaller --batch"
    case .abandoned(let ring, let grace):
      "ring \(ring): no consumer for \(Amount.time(grace)), the ring was removed; start the consumer, then this again, or give --grace"
    }
  }
}
