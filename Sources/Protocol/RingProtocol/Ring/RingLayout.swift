/// Where everything lies in a ring: the one place that both sides compile, and that `PROTOCOL.md` repeats.
///
/// Page 0 is the header and the control lines, then come the descriptors, then page-aligned slots. A control line is
/// 128 bytes (two cache lines, since processors fetch them in pairs) and has one writer, except the doorbells.
package enum RingLayout {
  package static let magic: UInt64 = 0x474E_4952_4D41_5243  // "CRAMRING", little-endian
  package static let version: UInt32 = 1
  package static let page = 4096

  // Header: written once before `state` leaves INIT, never again.
  package static let headerBytes = 512
  package static let magicOffset = 0
  package static let versionOffset = 8
  package static let headerBytesOffset = 12
  package static let uuidOffset = 16
  package static let totalBytesOffset = 32
  package static let slotBytesOffset = 40
  package static let slotCountOffset = 48
  package static let slotsOffset = 56
  package static let tokenBytesOffset = 64
  package static let sequenceLengthOffset = 68
  package static let batchSequencesOffset = 72
  package static let rankOffset = 76
  package static let worldSizeOffset = 80
  package static let vocabularySizeOffset = 84
  package static let specialsOffset = 88
  package static let orderVersionOffset = 108
  package static let sequencesPerEpochOffset = 112
  package static let epochsOffset = 120
  package static let seedOffset = 128
  package static let fingerprintOffset = 136
  package static let createdOffset = 168
  package static let headerChecksumOffset = 504

  /// What stands for a special token that the vocabulary does not have.
  package static let noToken = UInt32.max

  // State: written by the producer.
  package static let state = 512

  // Line A: written by the producer.
  package static let published = 640
  package static let producerGeneration = 648
  package static let servedGeneration = 656
  package static let servedPosition = 664
  package static let producerPID = 672
  package static let errorCode = 676

  // Line B: the doorbell of the data. The producer bumps the word, the consumer writes the flag.
  package static let dataWord = 768
  package static let dataWaiting = 772

  // Line C: written by the consumer.
  package static let released = 896
  package static let consumerGeneration = 904
  package static let seekPosition = 912
  package static let streamGeneration = 920
  package static let consumerPID = 928

  // Line D: the doorbell of the space. The consumer bumps the word, the producer writes the flag.
  package static let spaceWord = 1024
  package static let spaceWaiting = 1028

  // Line E: the producer's counters. Line F: the consumer's.
  package static let producerStalls = 1152
  package static let producerWait = 1160
  package static let framesVerified = 1168
  package static let damagedFrames = 1176
  package static let consumerStalls = 1280
  package static let consumerWait = 1288

  // Why the producer failed: UTF-8, written before FAILED.
  package static let failureCount = 2048
  package static let failureText = 2052
  package static let failureLimit = 1020

  // Descriptors, one for each slot.
  package static let descriptors = 4096
  package static let descriptorBytes = 64
  package static let batchNumber = 0
  package static let batchStreamGeneration = 8
  package static let batchFirstPosition = 16
  package static let batchNextPosition = 24
  package static let batchChecksum = 32
  package static let batchTime = 40
  package static let batchCount = 48
  package static let batchFlags = 52
  package static let batchProducerGeneration = 56

  // Life lines: bytes of the object, locked by open file description while their owner lives.
  package static let producerLine: Int64 = 0
  package static let consumerLine: Int64 = 1

  /// `bytes` rounded up to whole pages.
  package static func wholePages(_ bytes: Int) -> Int { (bytes + page - 1) / page * page }
}

/// What a ring is in; the number is what the object holds.
public enum RingState: UInt32, Sendable {
  /// Being made: nothing else in the object means anything yet.
  case initializing = 0
  /// Batches come.
  case ready = 1
  /// The data has ended; not every batch is released yet. Everything taken means the end.
  case draining = 2
  /// The data has ended and the producer is gone.
  case closed = 3
  /// The producer was stopped by a signal, or found nobody to produce for. Never the end of the data.
  case interrupted = 4
  /// The producer could not go on; the failure text says why. Never the end of the data.
  case failed = 5

  /// The name in a word, as `cram ring` shows it.
  public var name: String { "\(self)" }

  var isFinal: Bool { rawValue >= RingState.closed.rawValue }
}
