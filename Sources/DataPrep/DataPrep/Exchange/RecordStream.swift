import RingProtocol

/// The records of files one after the other, as they lie there: for files that were written in order.
package final class RecordStream<Record: ExchangeRecord> {
  private var reader: RecordFileReader<Record>?
  private var paths: ArraySlice<String>
  private let buffer: UnsafeMutableBufferPointer<Record>
  private var filled = 0
  private var at = 0

  package init(paths: [String]) {
    self.paths = paths[...]
    buffer = .allocate(capacity: (256 << 10) / MemoryLayout<Record>.stride + 1)
  }

  deinit {
    buffer.deallocate()
  }

  /// The next record; nil at the end of the last file.
  ///
  /// - Throws: `FileError` where a file cannot be read or is no file of such records.
  package func next() throws(FileError) -> Record? {
    while at == filled {
      (filled, at) = (try reader?.read(into: buffer) ?? 0, 0)
      guard filled == 0 else { break }
      guard let path = paths.popFirst() else { return nil }
      reader = try RecordFileReader(path: path)
    }
    at += 1
    return buffer[at - 1]
  }

  /// Calls `body` for each record that is left.
  package func forEach(_ body: (Record) throws -> Void) throws {
    while let record = try next() { try body(record) }
  }
}
