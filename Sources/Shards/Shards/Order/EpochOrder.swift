/// In which order the sequences of a dataset are streamed, epoch after epoch.
///
/// Epoch 0 is as stored: the stored order is the work of `cram tokenize`. Later epochs of a dataset in random order are
/// permuted on two levels, so that they are read in large pieces: its blocks (1 MiB of plain tokens each) by a keyed
/// permutation, then the sequences within each group of 64 consecutive blocks of that order by another. A reader thus
/// holds one group, 64 MiB of tokens, whatever the size of the dataset. Datasets in any other order are repeated as
/// stored. The order depends on the content's fingerprint, the seed and the epoch; not on codec, frames or shards.
///
/// - Complexity: O(1) memory and time for any position (a group has at most 64 blocks).
public struct EpochOrder: Sendable {
  /// Plain bytes of a block, rounded down to whole sequences.
  public static let blockBytes: UInt64 = 1 << 20
  /// Blocks of a group.
  public static let groupBlocks: UInt64 = 64

  /// Sequences of an epoch; at least 1.
  public let sequences: UInt64
  /// Sequences of a block; the last block may have fewer.
  public let blockSequences: UInt64
  private let isShuffled: Bool
  private let fingerprint: String
  private let seed: UInt64

  /// The order of a dataset of so many `sequences` of `sequenceBytes` plain bytes; `isShuffled` where it was stored
  /// in random order.
  public init(
    sequences: UInt64, sequenceBytes: Int, isShuffled: Bool, fingerprint: String, seed: UInt64
  ) {
    precondition(sequences > 0 && sequenceBytes > 0, "\(sequences) sequences of \(sequenceBytes)")
    self.sequences = sequences
    self.blockSequences = max(1, Self.blockBytes / UInt64(sequenceBytes))
    self.isShuffled = isShuffled
    self.fingerprint = fingerprint
    self.seed = seed
  }

  /// Where `position` lies: its epoch from 0, and the dataset's sequence.
  public func place(of position: UInt64) -> (epoch: UInt64, sequence: UInt64) {
    let part = part(at: position)
    var place = part.place(of: position)
    for run in part.runs {
      let count = run.upperBound - run.lowerBound
      if place < count { return (position / sequences, run.lowerBound + place) }
      place -= count
    }
    preconditionFailure("position \(position) lies outside its part")
  }

  /// The part of the stream that `position` lies in.
  public func part(at position: UInt64) -> OrderPart {
    let epoch = position / sequences
    let begin = epoch * sequences
    return epoch == 0 || !isShuffled
      ? block(at: position - begin, from: begin)
      : group(at: position - begin, of: epoch, from: begin)
  }

  private func block(at index: UInt64, from begin: UInt64) -> OrderPart {
    let first = index / blockSequences * blockSequences
    let run = first..<min(first + blockSequences, sequences)
    return OrderPart(
      positions: begin + run.lowerBound..<begin + run.upperBound, runs: [run], permutation: nil)
  }

  /// Only the dataset's last block may be short. It makes the group in which it stands in this epoch shorter by
  /// `missing` sequences, and everything behind that group begins as much earlier.
  private func group(at index: UInt64, of epoch: UInt64, from begin: UInt64) -> OrderPart {
    let blockCount = (sequences + blockSequences - 1) / blockSequences
    let blocks = KeyedPermutation(count: blockCount, key: key("blocks \(fingerprint)", epoch))
    let missing = blockCount * blockSequences - sequences
    let shortGroup = blocks.place(of: blockCount - 1) / Self.groupBlocks
    let groupSequences = Self.groupBlocks * blockSequences
    func start(_ group: UInt64) -> UInt64 {
      min(group * groupSequences - (group > shortGroup ? missing : 0), sequences)
    }
    var number = index / groupSequences
    if index >= start(number + 1) { number += 1 }
    let places = number * Self.groupBlocks..<min((number + 1) * Self.groupBlocks, blockCount)
    let runs = places.map { place in
      let first = blocks[place] * blockSequences
      return first..<min(first + blockSequences, sequences)
    }
    let count = runs.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
    let inner = KeyedPermutation(count: count, key: key("group \(fingerprint) \(number)", epoch))
    return OrderPart(
      positions: begin + start(number)..<begin + start(number) + count, runs: runs,
      permutation: inner)
  }

  private func key(_ purpose: String, _ epoch: UInt64) -> (UInt64, UInt64) {
    OrderKey.derive(purpose: purpose, seed: seed, epoch: epoch)
  }
}

/// A stretch of the stream that is read as a whole.
public struct OrderPart: Sendable {
  /// The positions it covers.
  public let positions: Range<UInt64>
  /// Which sequences of the dataset it holds: to be read one run after the other.
  public let runs: [Range<UInt64>]
  /// How the sequences that were read are handed out; nil: one after the other.
  let permutation: KeyedPermutation?

  /// Which of the sequences read, counted through all runs, stands at `position`.
  public func place(of position: UInt64) -> UInt64 {
    let index = position - positions.lowerBound
    return permutation.map { $0[index] } ?? index
  }

  /// Whether sequences are handed out as they were read.
  public var isSequential: Bool { permutation == nil }
}
