import CramCommand
import RingProtocol

/// A ring as JSON and as text.
extension RingStatus {
  var json: JSONValue {
    [
      "name": .string(name), "state": .string(state.name), "path": .string(path),
      "bytes": .unsigned(UInt64(bytes)), "producer": owner(producerPID),
      "consumer": owner(consumerPID),
      "slots": .unsigned(UInt64(slotCount)), "slot_bytes": .unsigned(UInt64(slotBytes)),
      "filled": .unsigned(filled), "published": .unsigned(published),
      "released": .unsigned(released),
      "batches_per_second": recentBatchesPerSecond.map(JSONValue.double) ?? .null,
      "next_position": nextPosition.map(JSONValue.unsigned) ?? .null,
      "stream": stream, "counters": counters, "failure": failure.isEmpty ? .null : .string(failure),
    ]
  }

  /// One line of the list.
  var line: String {
    "\(name)  \(state.name)  \(filled) of \(slotCount) slots full  producer \(text(producerPID))  consumer \(text(consumerPID))"
      + (recentBatchesPerSecond.map { "  \(Amount.fixed($0, 1)) batches/s" } ?? "")
      + "  waited: producer \(producerStalls) times, consumer \(consumerStalls) times"
  }

  var lines: [String] {
    [
      "\(name): \(state.name), \(filled) of \(slotCount) slots of \(Amount.grouped(UInt64(slotBytes))) bytes full, \(path)",
      "producer \(text(producerPID)), waited \(producerStalls) times, \(time(producerWaitNanoseconds))",
      "consumer \(text(consumerPID)), waited \(consumerStalls) times, \(time(consumerWaitNanoseconds))",
      "batches: \(Amount.grouped(published)) published, \(Amount.grouped(released)) released"
        + (nextPosition.map { ", the next begins at position \(Amount.grouped($0))" } ?? ""),
      "data: batches of \(header.batchSequences) sequences of \(header.sequenceLength) tokens (\(header.tokenType)), "
        + "rank \(header.rank) of \(header.worldSize), \(Amount.grouped(header.sequencesPerEpoch)) sequences an epoch, "
        + (header.epochs.map { "\($0) epochs" } ?? "endless"),
      "dataset \(header.fingerprint)",
    ] + (failure.isEmpty ? [] : ["failed: \(failure)"])
  }

  var filled: UInt64 { published >= released ? published - released : 0 }

  private var stream: JSONValue {
    [
      "fingerprint": .string(header.fingerprint), "token_type": .string("\(header.tokenType)"),
      "sequence_length": .unsigned(UInt64(header.sequenceLength)),
      "batch": .unsigned(UInt64(header.batchSequences)), "rank": .unsigned(UInt64(header.rank)),
      "world_size": .unsigned(UInt64(header.worldSize)),
      "vocabulary_size": .unsigned(UInt64(header.vocabularySize)),
      "sequences_per_epoch": .unsigned(header.sequencesPerEpoch),
      "epochs": header.epochs.map(JSONValue.unsigned) ?? .null, "seed": .unsigned(header.seed),
    ]
  }

  private var counters: JSONValue {
    [
      "producer_generation": .unsigned(producerGeneration),
      "consumer_generation": .unsigned(consumerGeneration),
      "stream_generation": .unsigned(streamGeneration),
      "producer_stalls": .unsigned(producerStalls),
      "producer_wait_seconds": .double(Double(producerWaitNanoseconds) / 1e9),
      "consumer_stalls": .unsigned(consumerStalls),
      "consumer_wait_seconds": .double(Double(consumerWaitNanoseconds) / 1e9),
      "frames_verified": .unsigned(framesVerified), "damaged_frames": .unsigned(damagedFrames),
    ]
  }

  private func owner(_ pid: Int32?) -> JSONValue { pid.map { ["pid": .int(Int64($0))] } ?? .null }

  private func text(_ pid: Int32?) -> String { pid.map { "\($0)" } ?? "none" }

  private func time(_ nanoseconds: UInt64) -> String { Amount.time(Double(nanoseconds) / 1e9) }
}
