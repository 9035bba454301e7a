import Glibc
import RingProtocol
import Synchronization
import TestSupport

/// The stream: finite, its batches cut short at the end, every token a function of its position.
enum Material {
  static let batch: UInt64 = 24
  static let length = 40
  /// Positions from 0; many times what the ring's 64 slots hold.
  static let end: UInt64 = 9_995

  static let header = RingHeader(
    tokenType: .u16, sequenceLength: length, batchSequences: Int(batch), vocabularySize: 1 << 16,
    fingerprint: String(repeating: "5a", count: 32), sequencesPerEpoch: end, epochs: 1)

  static func fill(_ slot: UnsafeMutableRawBufferPointer, from position: UInt64, count: Int) {
    let tokens = slot.bindMemory(to: UInt16.self)
    for index in 0..<count * length { tokens[index] = token(position, index) }
  }

  /// Whether `tokens` are those of the positions from `position` on.
  static func isRight(_ tokens: UnsafeRawBufferPointer, from position: UInt64, count: Int) -> Bool {
    let tokens = tokens.bindMemory(to: UInt16.self)
    return tokens.count == count * length
      && tokens.indices.allSatisfy { tokens[$0] == token(position, $0) }
  }

  private static func token(_ position: UInt64, _ index: Int) -> UInt16 {
    let place = position &* UInt64(length) &+ UInt64(index)
    return UInt16(truncatingIfNeeded: (place &* 0x9E37_79B9_7F4A_7C15) >> 43)
  }
}

/// What outlives every process: a file in shared mapping, which a `kill -9` leaves as it is.
struct Ledger {
  enum Cell: Int {
    /// Everything below this position was received: the trainer's checkpoint.
    case checkpoint
    /// Whether the ring serves the consumers' line of positions, so that the next one may go on without a seek.
    case isUnderWay
    case producerLives, consumerLives
    /// Batches received by all consumers, and times the end was reached.
    case received, passes
    /// Consumers that began at an older checkpoint, and that went on without one.
    case wentBack, wentOn
  }

  private let base: UnsafeMutablePointer<Atomic<UInt64>>

  init(_ folder: String) throws {
    let file = open(folder + "/ledger", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0, ftruncate(file, 4096) == 0,
      let memory = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
      memory != MAP_FAILED
    else { throw Caught("no ledger in \(folder)") }
    close(file)
    base = memory.assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  subscript(cell: Cell) -> UInt64 {
    get { base[cell.rawValue].load(ordering: .sequentiallyConsistent) }
    nonmutating set { base[cell.rawValue].store(newValue, ordering: .sequentiallyConsistent) }
  }

  func count(_ cell: Cell) { base[cell.rawValue].add(1, ordering: .sequentiallyConsistent) }
}

/// What one life of a side knows.
struct Life {
  let directory: RingDirectory
  let ledger: Ledger
  let mutant: Mutant?
  var random: SeededNumbers
  static let ring = "fuzz"

  init(folder: String, seed: String, mutant: String?) throws {
    directory = RingDirectory(memory: folder, files: nil)
    ledger = try Ledger(folder)
    self.mutant = mutant.flatMap(Mutant.init(rawValue:))
    random = SeededNumbers(UInt64(seed) ?? 0)
  }
}

/// The ring's object as an onlooker maps it.
final class Window {
  let base: UnsafeMutableRawPointer
  let identity: UInt64
  private let count: Int

  init?(_ folder: String, writable: Bool = false) {
    let file = open("\(folder)/cram-ring.\(Life.ring)", (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_size > RingLayout.descriptors else { return nil }
    let protection = writable ? PROT_READ | PROT_WRITE : PROT_READ
    guard let base = mmap(nil, Int(status.st_size), protection, MAP_SHARED, file, 0),
      base != MAP_FAILED
    else { return nil }
    (self.base, identity, count) = (base, UInt64(status.st_ino), Int(status.st_size))
  }

  deinit { munmap(base, count) }

  func cursor(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    (base + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  var published: UInt64 { cursor(RingLayout.published).pointee.load(ordering: .acquiring) }
  var released: UInt64 { cursor(RingLayout.released).pointee.load(ordering: .acquiring) }
  var isReady: Bool {
    (base + RingLayout.state).assumingMemoryBound(to: Atomic<UInt32>.self).pointee.load(
      ordering: .acquiring)
      == RingState.ready.rawValue
  }

  func descriptor(_ number: UInt64) -> UnsafeMutableRawPointer {
    base + RingLayout.descriptors + Int(number % 64) * RingLayout.descriptorBytes
  }
}
