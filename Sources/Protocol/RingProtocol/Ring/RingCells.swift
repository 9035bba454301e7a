import CRing
import Synchronization

/// The control lines and descriptors of a mapped ring, by name.
///
/// Both sides see the same memory; which side writes what, and which loads pair with which stores, is in `PROTOCOL.md`.
struct RingCells {
  typealias Word = UnsafeMutablePointer<Atomic<UInt32>>
  typealias Cursor = UnsafeMutablePointer<Atomic<UInt64>>
  let base: UnsafeMutableRawPointer

  private func word(_ offset: Int) -> Word {
    (base + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
  }
  private func cursor(_ offset: Int) -> Cursor {
    (base + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  var published: Cursor { cursor(RingLayout.published) }
  var producerGeneration: Cursor { cursor(RingLayout.producerGeneration) }
  var servedGeneration: Cursor { cursor(RingLayout.servedGeneration) }
  var servedPosition: Cursor { cursor(RingLayout.servedPosition) }
  var producerPID: Word { word(RingLayout.producerPID) }
  var errorCode: Word { word(RingLayout.errorCode) }
  var released: Cursor { cursor(RingLayout.released) }
  var consumerGeneration: Cursor { cursor(RingLayout.consumerGeneration) }
  var seekPosition: Cursor { cursor(RingLayout.seekPosition) }
  var streamGeneration: Cursor { cursor(RingLayout.streamGeneration) }
  var consumerPID: Word { word(RingLayout.consumerPID) }
  var producerStalls: Cursor { cursor(RingLayout.producerStalls) }
  var producerWait: Cursor { cursor(RingLayout.producerWait) }
  var framesVerified: Cursor { cursor(RingLayout.framesVerified) }
  var damagedFrames: Cursor { cursor(RingLayout.damagedFrames) }
  var consumerStalls: Cursor { cursor(RingLayout.consumerStalls) }
  var consumerWait: Cursor { cursor(RingLayout.consumerWait) }

  /// Rung by the producer, slept on by the consumer.
  var dataBell: Doorbell {
    Doorbell(bell: ring_data_bell(base))
  }

  /// Rung by the consumer, slept on by the producer.
  var spaceBell: Doorbell {
    Doorbell(bell: ring_space_bell(base))
  }

  /// Nil where the object holds no known state.
  func state() -> RingState? {
    RingState(rawValue: word(RingLayout.state).pointee.load(ordering: .acquiring))
  }

  /// Everything stored before is seen by whoever loads this state.
  func setState(_ state: RingState) {
    word(RingLayout.state).pointee.store(state.rawValue, ordering: .releasing)
  }

  func descriptor(slot: Int) -> UnsafeMutableRawPointer {
    base + RingLayout.descriptors + slot * RingLayout.descriptorBytes
  }

  var failure: String {
    let count = base.load(fromByteOffset: RingLayout.failureCount, as: UInt32.self)
    let limited = min(Int(count), RingLayout.failureLimit)
    let bytes = UnsafeRawBufferPointer(start: base + RingLayout.failureText, count: limited)
    return String(decoding: bytes, as: UTF8.self)
  }

  func setFailure(_ text: String) {
    let bytes = text.utf8.prefix(RingLayout.failureLimit)
    UnsafeMutableRawBufferPointer(start: base + RingLayout.failureText, count: bytes.count)
      .copyBytes(from: bytes)
    base.storeBytes(of: UInt32(bytes.count), toByteOffset: RingLayout.failureCount, as: UInt32.self)
  }
}

/// What a slot holds; written before its batch is published, never changed before its slot is released.
struct RingDescriptor: Equatable {
  var batchNumber: UInt64
  var streamGeneration: UInt64
  var producerGeneration: UInt64
  var firstPosition: UInt64
  /// Where the stream stands after this batch: what a successor of the producer starts at.
  var nextPosition: UInt64
  var count: UInt32
  var flags: UInt32
  var checksum: UInt64
  /// Monotonic nanoseconds at which the batch was made.
  var time: UInt64

  func write(to base: UnsafeMutableRawPointer) {
    base.storeBytes(of: batchNumber, toByteOffset: RingLayout.batchNumber, as: UInt64.self)
    base.storeBytes(
      of: streamGeneration, toByteOffset: RingLayout.batchStreamGeneration, as: UInt64.self)
    base.storeBytes(of: firstPosition, toByteOffset: RingLayout.batchFirstPosition, as: UInt64.self)
    base.storeBytes(of: nextPosition, toByteOffset: RingLayout.batchNextPosition, as: UInt64.self)
    base.storeBytes(of: checksum, toByteOffset: RingLayout.batchChecksum, as: UInt64.self)
    base.storeBytes(of: time, toByteOffset: RingLayout.batchTime, as: UInt64.self)
    base.storeBytes(of: count, toByteOffset: RingLayout.batchCount, as: UInt32.self)
    base.storeBytes(of: flags, toByteOffset: RingLayout.batchFlags, as: UInt32.self)
    base.storeBytes(
      of: producerGeneration, toByteOffset: RingLayout.batchProducerGeneration, as: UInt64.self)
  }

  init(from base: UnsafeRawPointer) {
    batchNumber = base.load(fromByteOffset: RingLayout.batchNumber, as: UInt64.self)
    streamGeneration = base.load(fromByteOffset: RingLayout.batchStreamGeneration, as: UInt64.self)
    firstPosition = base.load(fromByteOffset: RingLayout.batchFirstPosition, as: UInt64.self)
    nextPosition = base.load(fromByteOffset: RingLayout.batchNextPosition, as: UInt64.self)
    checksum = base.load(fromByteOffset: RingLayout.batchChecksum, as: UInt64.self)
    time = base.load(fromByteOffset: RingLayout.batchTime, as: UInt64.self)
    count = base.load(fromByteOffset: RingLayout.batchCount, as: UInt32.self)
    flags = base.load(fromByteOffset: RingLayout.batchFlags, as: UInt32.self)
    producerGeneration = base.load(
      fromByteOffset: RingLayout.batchProducerGeneration, as: UInt64.self)
  }

  init(
    batchNumber: UInt64, streamGeneration: UInt64, producerGeneration: UInt64,
    firstPosition: UInt64,
    nextPosition: UInt64, count: UInt32, checksum: UInt64, time: UInt64
  ) {
    self.batchNumber = batchNumber
    self.streamGeneration = streamGeneration
    self.producerGeneration = producerGeneration
    self.firstPosition = firstPosition
    self.nextPosition = nextPosition
    self.count = count
    self.flags = 0
    self.checksum = checksum
    self.time = time
  }
}
