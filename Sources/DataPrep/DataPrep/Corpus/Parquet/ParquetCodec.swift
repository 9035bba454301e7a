import CLz4
import CSnappy
import CZlib
import CZstd

/// Undoes the compression of pages, each of which is compressed alone. One for each column.
final class ParquetCodec {
  private let kind: Kind
  private let zstd: OpaquePointer?

  private enum Kind: Int {
    case none, snappy, gzip
    case hadoopLz4 = 5
    case zstd, lz4
  }

  private static let unread = [3: "LZO", 4: "Brotli"]

  /// - Parameter number: the codec's number in the format.
  init(_ number: Int, column: String) throws(ParquetFault) {
    guard let kind = Kind(rawValue: number) else {
      let name = Self.unread[number] ?? "an unknown codec (number \(number))"
      throw .column(column, problem: "is compressed with \(name)")
    }
    self.kind = kind
    zstd = kind == .zstd ? ZSTD_createDCtx() : nil
  }

  deinit {
    ZSTD_freeDCtx(zstd)
  }

  var isNone: Bool { kind == .none }

  /// Fills `target` with exactly its number of plain bytes.
  func decompress(_ stored: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer)
    throws(ParquetFault)
  {
    guard !target.isEmpty else { return }
    let isWhole =
      switch kind {
      case .none: copy(stored, into: target)
      case .snappy: snappy(stored, into: target)
      case .gzip: gzip(stored, into: target)
      case .zstd:
        ZSTD_decompressDCtx(
          zstd, target.baseAddress, target.count, stored.baseAddress, stored.count) == target.count
      case .lz4: lz4(stored, into: target)
      case .hadoopLz4: hadoop(stored, into: target) || lz4(stored, into: target)
      }
    guard isWhole else {
      throw .damaged("a page does not give the \(target.count) bytes that its header states")
    }
  }

  private func copy(
    _ stored: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Bool {
    guard stored.count == target.count else { return false }
    target.copyMemory(from: stored)
    return true
  }

  private func snappy(
    _ stored: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Bool {
    var size = 0
    let source = stored.assumingMemoryBound(to: CChar.self).baseAddress
    guard snappy_uncompressed_length(source, stored.count, &size) == SNAPPY_OK,
      size == target.count
    else { return false }
    return snappy_uncompress(
      source, stored.count, target.assumingMemoryBound(to: CChar.self).baseAddress, &size)
      == SNAPPY_OK
  }

  private func lz4(
    _ stored: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Bool {
    let size = LZ4_decompress_safe(
      stored.assumingMemoryBound(to: CChar.self).baseAddress,
      target.assumingMemoryBound(to: CChar.self).baseAddress, Int32(clamping: stored.count),
      Int32(clamping: target.count))
    return size == target.count
  }

  /// Blocks, each behind its plain and its stored size (32 bits, the highest byte first).
  private func hadoop(
    _ stored: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Bool {
    var (at, done) = (0, 0)
    while at < stored.count {
      guard stored.count - at >= 8 else { return false }
      let sizes = [0, 4].map {
        Int(UInt32(bigEndian: stored.loadUnaligned(fromByteOffset: at + $0, as: UInt32.self)))
      }
      at += 8
      guard sizes[1] <= stored.count - at, sizes[0] <= target.count - done else { return false }
      let block = UnsafeRawBufferPointer(rebasing: stored[at..<(at + sizes[1])])
      let room = UnsafeMutableRawBufferPointer(rebasing: target[done..<(done + sizes[0])])
      guard lz4(block, into: room) else { return false }
      at += sizes[1]
      done += sizes[0]
    }
    return done == target.count
  }

  /// Members end to end.
  private func gzip(
    _ stored: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Bool {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(&stream, 15 + 32, ZLIB_VERSION, size) == Z_OK else { return false }
    defer { inflateEnd(&stream) }
    let source = stored.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.next_in = UnsafeMutablePointer(mutating: source)
    stream.avail_in = UInt32(clamping: stored.count)
    stream.next_out = target.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.avail_out = UInt32(clamping: target.count)
    while true {
      let status = inflate(&stream, Z_FINISH)
      guard status == Z_STREAM_END else { return false }
      if stream.avail_out == 0 { return true }
      guard stream.avail_in > 0, inflateReset(&stream) == Z_OK else { return false }
    }
  }
}
