import Glibc
import RingProtocol

/// The numbers of sorted blocks, in a file that has no name and is gone with the value.
final class BlockList: Sendable {
  private let file: InputFile

  /// Writes the blocks of `sorted` in their order; nothing is left under `path`.
  init(path: String, _ sorted: SortedRecords<BlockSorting.Key>) throws {
    var written = try AtomicFile(path: path)
    var numbers: [UInt64] = []
    while let record = try sorted.next() {
      numbers.append(record.block)
      if numbers.count == 4096 { try Self.write(&numbers, to: &written) }
    }
    try Self.write(&numbers, to: &written)
    try written.commit()
    file = try InputFile(path)
    unlink(path)
  }

  private static func write(
    _ numbers: inout [UInt64], to file: inout AtomicFile
  ) throws(FileError) {
    var failure: FileError?
    numbers.withUnsafeBytes { bytes in
      do throws(FileError) { try file.write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    numbers.removeAll(keepingCapacity: true)
  }

  /// The blocks at the places of `range`.
  func blocks(_ range: Range<UInt64>) throws(FileError) -> [UInt64] {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 8 * range.count, alignment: 16)
    defer { bytes.deallocate() }
    try file.read(at: 8 * range.lowerBound, into: bytes)
    return Array(bytes.bindMemory(to: UInt64.self))
  }
}
