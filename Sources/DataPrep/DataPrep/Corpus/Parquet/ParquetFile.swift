import CZlib
import Glibc
import RingProtocol

/// A Parquet file open for reading anywhere in it.
final class ParquetFile {
  private let path: String
  private let descriptor: Int32
  /// Bytes of the file.
  let size: Int
  /// Bytes read so far.
  private(set) var readCount: UInt64 = 0

  /// Marks the beginning and the end.
  static let mark = Array("PAR1".utf8)
  private static let encryptedMark = Array("PARE".utf8)

  /// Owns `descriptor` from now on; errors call it `path`.
  init(_ descriptor: Int32, path: String) {
    (self.descriptor, self.path) = (descriptor, path)
    var status = stat()
    size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  deinit {
    close(descriptor)
  }

  /// Fills `target` with the bytes from `offset` on; the range must lie in the file.
  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(ParquetFault) {
    var done = 0
    while done < target.count {
      let count = pread(
        descriptor, target.baseAddress! + done, target.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .file(FileError("read", path, errno: errno)) }
      guard count > 0 else { throw .damaged("it shrank while it was read") }
      done += count
    }
    readCount += UInt64(done)
  }

  /// The footer: its length and a mark stand behind it.
  func metadata() throws(ParquetFault) -> ParquetMetadata {
    guard size >= 12 else { throw .damaged("it is too short to hold a footer") }
    let room = ByteRoom()
    let end = try view(8, at: size - 8, in: room)
    guard !end[4...].elementsEqual(Self.encryptedMark) else {
      throw .unsupported("encrypted Parquet")
    }
    guard end[4...].elementsEqual(Self.mark) else {
      throw .damaged("it does not end with PAR1: it may have been cut off")
    }
    let length = Int(UInt32(littleEndian: end.loadUnaligned(as: UInt32.self)))
    guard length <= size - 12 else { throw .damaged("a footer of \(length) bytes") }
    let metadata = try ParquetMetadata(try view(length, at: size - 8 - length, in: room))
    guard !metadata.isEncrypted else { throw .unsupported("encrypted Parquet") }
    return metadata
  }

  private func view(
    _ count: Int, at offset: Int, in room: ByteRoom
  ) throws(ParquetFault) -> UnsafeRawBufferPointer {
    let target = UnsafeMutableRawBufferPointer(rebasing: try room.take(max(1, count))[..<count])
    try read(at: offset, into: target)
    return UnsafeRawBufferPointer(target)
  }
}
