import CRing

/// Where everything lies in a ring, from the header `ring_layout.h` that both sides compile and `PROTOCOL.md` repeats.
///
/// Page 0 is the header and the control lines, then come the descriptors, then page-aligned slots. A control line is
/// 128 bytes (two cache lines, since processors fetch them in pairs) and has one writer, except the doorbells.
package enum RingLayout {
  package static let magic: UInt64 = 0x474E_4952_4D41_5243  // "CRAMRING", little-endian
  package static let version = UInt32(RING_VERSION)
  package static let page = Int(RING_PAGE)

  // Header: written once before `state` leaves INIT, never again.
  package static let headerBytes = Int(RING_HEADER_BYTES)
  package static let magicOffset = Int(RING_MAGIC_OFFSET)
  package static let versionOffset = Int(RING_VERSION_OFFSET)
  package static let headerBytesOffset = Int(RING_HEADER_BYTES_OFFSET)
  package static let uuidOffset = Int(RING_UUID_OFFSET)
  package static let totalBytesOffset = Int(RING_TOTAL_BYTES_OFFSET)
  package static let slotBytesOffset = Int(RING_SLOT_BYTES_OFFSET)
  package static let slotCountOffset = Int(RING_SLOT_COUNT_OFFSET)
  package static let slotsOffset = Int(RING_SLOTS_OFFSET)
  package static let tokenBytesOffset = Int(RING_TOKEN_BYTES_OFFSET)
  package static let sequenceLengthOffset = Int(RING_SEQUENCE_LENGTH_OFFSET)
  package static let batchSequencesOffset = Int(RING_BATCH_SEQUENCES_OFFSET)
  package static let rankOffset = Int(RING_RANK_OFFSET)
  package static let worldSizeOffset = Int(RING_WORLD_SIZE_OFFSET)
  package static let vocabularySizeOffset = Int(RING_VOCABULARY_SIZE_OFFSET)
  package static let specialsOffset = Int(RING_SPECIALS_OFFSET)
  package static let orderVersionOffset = Int(RING_ORDER_VERSION_OFFSET)
  package static let sequencesPerEpochOffset = Int(RING_SEQUENCES_PER_EPOCH_OFFSET)
  package static let epochsOffset = Int(RING_EPOCHS_OFFSET)
  package static let seedOffset = Int(RING_SEED_OFFSET)
  package static let fingerprintOffset = Int(RING_FINGERPRINT_OFFSET)
  package static let createdOffset = Int(RING_CREATED_OFFSET)
  package static let headerChecksumOffset = Int(RING_HEADER_CHECKSUM_OFFSET)

  /// What stands for a special token that the vocabulary does not have.
  package static let noToken = UInt32.max

  // State: written by the producer.
  package static let state = Int(RING_STATE)

  // Line A: written by the producer.
  package static let published = Int(RING_PUBLISHED)
  package static let producerGeneration = Int(RING_PRODUCER_GENERATION)
  package static let servedGeneration = Int(RING_SERVED_GENERATION)
  package static let servedPosition = Int(RING_SERVED_POSITION)
  package static let producerPID = Int(RING_PRODUCER_PID)
  package static let errorCode = Int(RING_ERROR_CODE)

  // Line B: the doorbell of the data. The producer bumps the word, the consumer writes the flag.
  package static let dataWord = Int(RING_DATA_WORD)
  package static let dataWaiting = Int(RING_DATA_WAITING)

  // Line C: written by the consumer.
  package static let released = Int(RING_RELEASED)
  package static let consumerGeneration = Int(RING_CONSUMER_GENERATION)
  package static let seekPosition = Int(RING_SEEK_POSITION)
  package static let streamGeneration = Int(RING_STREAM_GENERATION)
  package static let consumerPID = Int(RING_CONSUMER_PID)

  // Line D: the doorbell of the space. The consumer bumps the word, the producer writes the flag.
  package static let spaceWord = Int(RING_SPACE_WORD)
  package static let spaceWaiting = Int(RING_SPACE_WAITING)

  // Line E: the producer's counters. Line F: the consumer's.
  package static let producerStalls = Int(RING_PRODUCER_STALLS)
  package static let producerWait = Int(RING_PRODUCER_WAIT)
  package static let framesVerified = Int(RING_FRAMES_VERIFIED)
  package static let damagedFrames = Int(RING_DAMAGED_FRAMES)
  package static let consumerStalls = Int(RING_CONSUMER_STALLS)
  package static let consumerWait = Int(RING_CONSUMER_WAIT)

  // Why the producer failed: UTF-8, written before FAILED.
  package static let failureCount = Int(RING_FAILURE_COUNT)
  package static let failureText = Int(RING_FAILURE_TEXT)
  package static let failureLimit = Int(RING_FAILURE_LIMIT)

  // Descriptors, one for each slot.
  package static let descriptors = Int(RING_DESCRIPTORS)
  package static let descriptorBytes = Int(RING_DESCRIPTOR_BYTES)
  package static let batchNumber = Int(RING_BATCH_NUMBER)
  package static let batchStreamGeneration = Int(RING_BATCH_STREAM_GENERATION)
  package static let batchFirstPosition = Int(RING_BATCH_FIRST_POSITION)
  package static let batchNextPosition = Int(RING_BATCH_NEXT_POSITION)
  package static let batchChecksum = Int(RING_BATCH_CHECKSUM)
  package static let batchTime = Int(RING_BATCH_TIME)
  package static let batchCount = Int(RING_BATCH_COUNT)
  package static let batchFlags = Int(RING_BATCH_FLAGS)
  package static let batchProducerGeneration = Int(RING_BATCH_PRODUCER_GENERATION)

  // Life lines: bytes of the object, locked by open file description while their owner lives.
  package static let producerLine: Int64 = Int64(RING_PRODUCER_LINE)
  package static let consumerLine: Int64 = Int64(RING_CONSUMER_LINE)

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
