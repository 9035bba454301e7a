import Glibc
import RingProtocol
import Shards
import TestSupport

/// A dataset whose every token follows from its sequence, and a ring name of its own in the system's shared memory.
struct RingProcessKit {
  let folder: String
  let name: String
  let directory = RingDirectory(files: nil)

  static let sequences: UInt64 = 6000
  static let length = 16
  static let batch: UInt64 = 16

  /// Runs `body` with a kit of which nothing is left afterwards.
  static func run(_ purpose: String, _ body: (RingProcessKit) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let kit = RingProcessKit(folder: folder, name: "cram-test-\(getpid())-\(purpose)")
      try kit.writeDataset()
      try body(kit)
    }
  }

  private func writeDataset() throws {
    let description = DatasetDescription(
      tokenType: .u16, sequenceLength: Self.length, vocabularySize: 1 << 16, frameSequences: 64,
      shardSequences: 1000, level: 3, order: "random", seed: 0, side: "train", documents: 1,
      specialTokens: [], roles: SpecialRoles(), tokenizerSHA256: String(repeating: "0", count: 64),
      recipeSHA256: String(repeating: "0", count: 64))
    try DatasetWriter(description, folder: folder + "/data", threads: 1).write(Numbered())
  }

  private struct Numbered: SequenceSource {
    var count: UInt64 { RingProcessKit.sequences }

    var hasOrigins: Bool { false }

    func catalog(of range: Range<UInt64>) -> (any DocumentCatalog)? { nil }

    func fill(
      _ range: Range<UInt64>, into destination: UnsafeMutableRawBufferPointer
    ) -> SequencePieces {
      let tokens = destination.bindMemory(to: UInt16.self)
      for (row, sequence) in range.enumerated() {
        for place in 0..<RingProcessKit.length {
          tokens[row * RingProcessKit.length + place] = RingProcessKit.token(sequence, place)
        }
      }
      var pieces = SequencePieces()
      for sequence in range {
        pieces.append(
          DocumentPiece(document: sequence, offset: 0, tokens: UInt32(RingProcessKit.length)))
      }
      return pieces
    }
  }

  private static func token(_ sequence: UInt64, _ place: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: (sequence &* 31 &+ UInt64(place)) &* 0x9E37_79B9_7F4A_7C15 >> 40)
  }

  /// The words that start a streamer, of one epoch or without an end.
  func streamWords(endless: Bool = false) -> [String] {
    [folder + "/data", "--ring", name, "--batch", "\(Self.batch)", "--grace", "60s"]
      + (endless ? [] : ["--epochs", "1"])
  }

  func stream(endless: Bool = false) throws -> Program {
    try Program("stream", streamWords(endless: endless))
  }

  func consumer(startingAt start: UInt64? = nil) throws(RingError) -> RingConsumer {
    try RingConsumer(attaching: name, directory: directory, startingAt: start)
  }

  /// Whether a batch of the first epoch holds what its position says.
  func isRight(_ batch: RingBatch) -> Bool {
    let tokens = batch.tokens.bindMemory(to: UInt16.self)
    return tokens.count == batch.count * Self.length
      && tokens.indices.allSatisfy {
        tokens[$0]
          == Self.token(batch.firstPosition + UInt64($0 / Self.length), $0 % Self.length)
      }
  }

  /// Whether anything of the ring is left.
  var isGone: Bool { !directory.names().contains(name) }
}

/// Looks again and again until `condition` holds: for what another process does in its own time.
func waitUntil(_ condition: () throws -> Bool) rethrows {
  while try !condition() { usleep(1000) }
}
