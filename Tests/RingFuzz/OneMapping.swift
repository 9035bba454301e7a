import RingProtocol

/// Both ends as threads over one mapping: ThreadSanitizer sees every access, and takes two mappings of one object for different memory.
struct OneMapping {
  private let options: Options

  init(_ options: Options) { self.options = options }

  /// The producer on its way to the other thread and back: its mapping has to outlive the consumer's last look.
  private final class Handover: @unchecked Sendable {
    var producer: RingProducer?

    init(_ producer: consuming RingProducer) { self.producer = consume producer }
  }

  func run() throws {
    let folder = try Supervisor.makeFolder()
    defer { Supervisor.remove(folder) }
    let directory = RingDirectory(memory: folder, files: nil)
    let producer = try RingProducer(
      name: Life.ring, directory: directory, header: Material.header, startingAt: 0)
    var consumer = try RingConsumer(attaching: Life.ring, directory: directory)
    consumer.share(producer)
    let handover = Handover(producer)
    let thread = WorkerThread { Self.produce(handover) }
    var position: UInt64 = 0
    while let batch = try consumer.next() {
      if options.mutant == .releaseBeforeUse { consumer.release(batch) }
      let isRight = Material.isRight(batch.tokens, from: position, count: batch.count)
      // Under the mutant the sanitizer is the one who has to find it.
      if options.mutant == nil, batch.firstPosition != position || !isRight {
        throw Caught("position \(batch.firstPosition), expected \(position)")
      }
      position = batch.nextPosition
      if options.mutant != .releaseBeforeUse { consumer.release(batch) }
    }
    thread.join()
    print("\(position) sequences through one mapping")
  }

  private static func produce(_ handover: Handover) {
    guard var producer = handover.producer.take() else { return }
    do {
      var position: UInt64 = 0
      while position < Material.end {
        guard case .slot(let slot) = try producer.claim(grace: .seconds(60)) else { continue }
        let next = min(position + Material.batch, Material.end)
        let count = Int(next - position)
        Material.fill(slot, from: position, count: count)
        producer.publish(first: position, count: count, next: next)
        position = next
      }
      _ = try producer.drain(grace: .seconds(60))
    } catch { fatalError("\(error)") }
    handover.producer = consume producer
  }
}
