/// The documents of about 16 MiB of input lines.
public struct DocumentBlock: Sendable {
  /// The block's place in the corpus, from 0.
  public let index: Int
  /// The documents, in reading order.
  public let documents: [Document]
  /// Lines that are dropped by every verb, in reading order; `position` says where they stood.
  public let faults: [FaultyLine]
  /// What the documents' buffers point into.
  private let storage: Storage

  /// Owns the memory of a block.
  final class Storage: @unchecked Sendable {
    let input: InputBlock
    let arena: TextArena

    init(input: InputBlock, arena: TextArena) {
      (self.input, self.arena) = (input, arena)
    }
  }

  init(index: Int, documents: [Document], faults: [FaultyLine], storage: Storage) {
    (self.index, self.documents, self.faults) = (index, documents, faults)
    self.storage = storage
  }

  /// Documents and bytes of all lines, the faulty ones by their raw bytes: what a report calls input.
  public var inputBytes: Int {
    documents.reduce(0) { $0 + $1.text.count } + faults.reduce(0) { $0 + $1.raw.count }
  }

  /// Calls one of the closures for each line, in reading order; a document is named by its index.
  public func forEachLine(
    document: (Int) throws -> Void, fault: (FaultyLine) throws -> Void
  ) rethrows {
    var nextFault = 0
    for index in 0...documents.count {
      while nextFault < faults.count, faults[nextFault].position == index {
        try fault(faults[nextFault])
        nextFault += 1
      }
      if index < documents.count { try document(index) }
    }
  }

  /// Keeps the block's memory while `body` uses its documents.
  func withDocuments<Result>(_ body: () throws -> Result) rethrows -> Result {
    try withExtendedLifetime(storage, body)
  }
}

/// Where the unescaped texts of a block lie: no more bytes than its lines have.
final class TextArena {
  private let pool: BufferPool
  private let capacity: Int
  private var bytes: UnsafeMutableRawBufferPointer?
  private var count = 0

  /// Room for texts of `byteCount` escaped bytes in all; nothing is taken before the first one comes.
  init(pool: BufferPool, byteCount: Int) {
    self.pool = pool
    capacity = byteCount + 64
  }

  deinit {
    if let bytes { pool.giveBack(bytes) }
  }

  /// Lets `write` put at most `limit` bytes (and use 16 more) and returns what it put.
  func add(limit: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int) -> UnsafeRawBufferPointer {
    let all = bytes ?? pool.take(capacity)
    bytes = all
    precondition(count + limit + 16 <= all.count, "\(count) + \(limit) bytes in \(all.count)")
    let place = all.baseAddress! + count
    let size = write(place.assumingMemoryBound(to: UInt8.self))
    count += size
    return UnsafeRawBufferPointer(start: place, count: size)
  }
}
