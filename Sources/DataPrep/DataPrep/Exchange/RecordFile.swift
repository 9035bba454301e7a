import RingProtocol

/// Writes records to a file that appears whole: the records as they lie in memory, then a trailer that says what they
/// are and lets a reader tell a damaged file.
final class RecordFileWriter<Record: ExchangeRecord> {
  private var file: AtomicFile?
  private var trailer = RecordTrailer(recordBytes: MemoryLayout<Record>.stride)

  /// Begins a file that will be called `path`.
  init(path: String) throws(FileError) {
    file = try AtomicFile(path: path)
  }

  /// Appends records.
  func append(_ records: UnsafeBufferPointer<Record>) throws(FileError) {
    let bytes = UnsafeRawBufferPointer(records)
    trailer.count += UInt64(records.count)
    trailer.checksum = Checksum.crc32c(bytes, seed: trailer.checksum)
    try file!.write(bytes)
  }

  /// Appends records.
  func append(_ records: [Record]) throws(FileError) {
    var failure: FileError?
    records.withUnsafeBufferPointer { records in
      do throws(FileError) { try append(records) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Gives the file its name.
  func finish() throws(FileError) {
    try file!.write(trailer.bytes)
    if let whole = file.take() { try whole.commit() }
  }
}

/// Reads a file of records from its beginning to its end, and verifies it.
final class RecordFileReader<Record: ExchangeRecord> {
  /// How many records the file holds.
  let count: Int
  private let file: InputFile
  private let trailer: RecordTrailer
  private var done = 0
  private var checksum: UInt32 = 0

  /// Opens `path` and reads its trailer.
  ///
  /// - Throws: `FileError` where it is no whole file of such records.
  init(path: String) throws(FileError) {
    let file = try InputFile(path)
    trailer = try RecordTrailer(of: file, recordBytes: MemoryLayout<Record>.stride)
    count = Int(trailer.count)
    self.file = file
  }

  /// Reads the next records and returns how many there were: fewer than there is room for only at the end.
  func read(into room: UnsafeMutableBufferPointer<Record>) throws(FileError) -> Int {
    let size = min(room.count, count - done)
    let bytes = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: room[..<size]))
    try file.read(at: UInt64(done * MemoryLayout<Record>.stride), into: bytes)
    checksum = Checksum.crc32c(UnsafeRawBufferPointer(bytes), seed: checksum)
    done += size
    guard done < count || checksum == trailer.checksum else {
      throw FileError(
        "read", file.path, detail: "its checksum is wrong; remove it and run the same command again"
      )
    }
    return size
  }
}

/// The last 32 bytes of a file of records.
private struct RecordTrailer {
  static let size = 32
  private static let magic = Array("cramrec1".utf8)

  let recordBytes: Int
  var count: UInt64 = 0
  var checksum: UInt32 = 0

  init(recordBytes: Int) {
    self.recordBytes = recordBytes
  }

  /// Reads the trailer and compares it with the size of the file and of the records that are expected.
  init(of file: borrowing InputFile, recordBytes: Int) throws(FileError) {
    self.recordBytes = recordBytes
    let size = file.size
    guard size >= UInt64(Self.size) else { throw Self.torn(file.path) }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.size, alignment: 8)
    defer { bytes.deallocate() }
    try file.read(at: size - UInt64(Self.size), into: bytes)
    count = bytes.load(fromByteOffset: 8, as: UInt64.self)
    checksum = bytes.load(fromByteOffset: 20, as: UInt32.self)
    let found = bytes.load(fromByteOffset: 16, as: UInt32.self)
    let (product, overflow) = count.multipliedReportingOverflow(by: UInt64(recordBytes))
    guard bytes[..<8].elementsEqual(Self.magic), found == UInt32(recordBytes), !overflow,
      product == size - UInt64(Self.size)
    else { throw Self.torn(file.path) }
  }

  var bytes: [UInt8] {
    var bytes = Self.magic
    withUnsafeBytes(of: count) { bytes += $0 }
    withUnsafeBytes(of: UInt32(recordBytes)) { bytes += $0 }
    withUnsafeBytes(of: checksum) { bytes += $0 }
    return bytes + [UInt8](repeating: 0, count: 8)
  }

  private static func torn(_ path: String) -> FileError {
    FileError(
      "read", path,
      detail: "it is no whole file of such records; remove it and run the same command again")
  }
}
