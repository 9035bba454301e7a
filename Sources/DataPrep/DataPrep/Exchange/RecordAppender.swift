import RingProtocol

/// Writes records one by one to one file that appears whole, in the order in which they come. For one thread.
package final class RecordAppender<Record: ExchangeRecord> {
  private let file: RecordFileWriter<Record>
  private var batch: [Record] = []

  package init(path: String) throws(FileError) {
    file = try RecordFileWriter(path: path)
    batch.reserveCapacity(Self.size)
  }

  private static var size: Int { 4096 }

  package func append(_ record: Record) throws(FileError) {
    batch.append(record)
    if batch.count == Self.size { try flush() }
  }

  /// Gives the file its name.
  package func finish() throws(FileError) {
    try flush()
    try file.finish()
  }

  private func flush() throws(FileError) {
    try file.append(batch)
    batch.removeAll(keepingCapacity: true)
  }
}
