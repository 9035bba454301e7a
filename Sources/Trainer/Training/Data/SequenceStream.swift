import RingProtocol

/// The stream of sequences without the borders of its batches: updates and micro-batches are cut from it at will.
///
/// It holds at most one batch of its source, and gives it back as soon as its last sequence was copied out.
public final class SequenceStream {
  /// The position of the next sequence; 0 while the source has not said where it begins.
  public private(set) var position: UInt64
  private var isPositionKnown: Bool
  private let source: any SequenceSource
  private var held: SequenceBatch?
  private var used = 0

  /// The stream from `position` on, which is where `source` has to begin; nil for wherever it begins.
  public init(_ source: any SequenceSource, position: UInt64?) {
    self.source = source
    self.position = position ?? 0
    isPositionKnown = position != nil
  }

  /// How long the source has blocked so far, in seconds.
  public var waitedSeconds: Double { Double(source.waitedNanoseconds) / 1e9 }

  /// Whether a sequence is there; blocks until one is, or until the end of the data.
  public func waitForData() throws -> Bool {
    if held != nil { return true }
    guard let batch = try source.next() else { return false }
    guard batch.firstPosition == position || !isPositionKnown else {
      throw TrainingDataError.wrongPosition(found: batch.firstPosition, expected: position)
    }
    (position, isPositionKnown) = (batch.firstPosition, true)
    (held, used) = (batch, 0)
    return true
  }

  /// Appends the next `count` sequences to `batch`, masked; returns how many, which is fewer only at the end of the data.
  public func append(_ count: Int, to batch: inout MaskedBatch, masking: Masking) throws -> Int {
    var appended = 0
    while appended < count, try waitForData() {
      let part = min(count - appended, held!.sequences - used)
      for _ in 0..<part { try appendNext(to: &batch, masking: masking) }
      appended += part
    }
    return appended
  }

  private func appendNext(to batch: inout MaskedBatch, masking: Masking) throws {
    let length = source.facts.sequenceLength, first = batch.inputIDs.count
    let bytes = UnsafeRawBufferPointer(
      rebasing: held!.tokens[(used * length * source.tokenType.bytes)...].prefix(
        length * source.tokenType.bytes))
    switch source.tokenType {
    case .u16: masking.append(bytes.bindMemory(to: UInt16.self), position: position, to: &batch)
    case .u32: masking.append(bytes.bindMemory(to: UInt32.self), position: position, to: &batch)
    }
    try check(batch, from: first)
    position += 1
    used += 1
    if used == held!.sequences {
      held = nil
      source.release()
    }
  }

  /// The model trusts its ids: what the stream says is checked where it comes in.
  private func check(_ batch: MaskedBatch, from first: Int) throws {
    let limit = UInt32(source.facts.vocabularySize)
    var highest: UInt32 = 0
    for id in batch.inputIDs[first...] { highest = max(highest, id) }
    for label in batch.labels.suffix(batch.inputIDs.count - first) { highest = max(highest, label) }
    guard highest < limit else {
      throw TrainingDataError.unknownToken(
        id: highest, vocabularySize: Int(limit), position: position)
    }
  }
}
