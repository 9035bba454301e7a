import Glibc
import RingProtocol

/// The texts of the documents of a partition, each with its ordinal: what anchors point into.
///
/// The documents of a block lie end to end, in reading order; the blocks in any order. The texts are in memory or in a
/// file; the table of the documents (16 bytes each) is memory, or mapped.
final class SpooledTexts: @unchecked Sendable {
  /// Where a document begins, and which one it is.
  struct Entry: BitwiseCopyable {
    var start: UInt64
    var ordinal: UInt64
  }

  /// The texts, where they are in memory.
  let memory: UnsafeRawBufferPointer?
  private let file: InputFile?
  /// One entry for each document, and one for the end of the last.
  private let entries: UnsafeBufferPointer<Entry>
  /// The document at every so many bytes.
  private let landmarks: [UInt32]
  private let stepShift: Int
  /// What the pointers belong to.
  private let owners: [AnyObject]

  init(
    memory: UnsafeRawBufferPointer, entries: UnsafeBufferPointer<Entry>, owners: [AnyObject]
  ) {
    (self.memory, self.entries, self.owners) = (memory, entries, owners)
    file = nil
    (landmarks, stepShift) = Self.landmarks(entries)
  }

  init(file: consuming InputFile, entries: UnsafeBufferPointer<Entry>, owners: [AnyObject]) {
    (memory, self.entries, self.owners) = (nil, entries, owners)
    self.file = consume file
    (landmarks, stepShift) = Self.landmarks(entries)
  }

  private static func landmarks(_ entries: UnsafeBufferPointer<Entry>) -> ([UInt32], Int) {
    precondition(entries.count < Int(UInt32.max), "\(entries.count) documents")
    let size = Int(entries.last!.start)
    let shift = size < 1 << 32 ? 12 : 16
    var document = 0
    let landmarks = stride(from: 0, to: size, by: 1 << shift).map { offset in
      while entries[document + 1].start <= UInt64(offset) { document += 1 }
      return UInt32(document)
    }
    return (landmarks, shift)
  }

  /// How many documents there are.
  var count: Int { entries.count - 1 }

  /// Bytes of all texts.
  var byteCount: Int { Int(entries.last!.start) }

  func ordinal(of document: Int) -> UInt64 { entries[document].ordinal }

  /// The blocks that have documents here, each with the place where its texts begin.
  func blocks() -> [(block: Int, base: Int)] {
    var blocks: [(block: Int, base: Int)] = []
    for entry in entries.dropLast() {
      let block = Ordinal.block(of: entry.ordinal)
      if blocks.last?.block != block { blocks.append((block, Int(entry.start))) }
    }
    return blocks
  }

  /// The bytes of one document.
  @inline(__always)
  func range(of document: Int) -> Range<Int> {
    Int(entries[document].start)..<Int(entries[document + 1].start)
  }

  /// The document that holds the byte at `offset`.
  @inline(__always)
  func document(at offset: Int) -> Int {
    let step = offset >> stepShift
    var low = Int(landmarks[step])
    var high = step + 1 < landmarks.count ? Int(landmarks[step + 1]) : count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if entries[middle].start <= UInt64(offset) { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// Copies `room.count` bytes from `offset` on.
  func read(at offset: Int, into room: UnsafeMutableRawBufferPointer) throws(FileError) {
    if let memory {
      room.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[offset..<offset + room.count]))
    } else {
      try file!.read(at: UInt64(offset), into: room)
    }
  }

  /// The bytes of `range`.
  func bytes(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { room, count in
      do throws(FileError) {
        try read(
          at: range.lowerBound,
          into: UnsafeMutableRawBufferPointer(
            start: UnsafeMutableRawPointer(room.baseAddress), count: range.count))
      } catch { failure = error }
      count = range.count
    }
    if let failure { throw failure }
    return bytes
  }
}
