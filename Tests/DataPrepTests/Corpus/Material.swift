import CBzip2
import CLz4
import CLzma
import CZlib
import CZstd
import DataPrep
import RingProtocol
import Synchronization

/// A document as a test wants to see it, copied out of its block.
struct ReadDocument: Equatable, Sendable {
  var name: String
  var text: String
  var line = ""
  var source: String?
}

/// All that a corpus gave.
struct ReadCorpus: Equatable, Sendable {
  var documents: [ReadDocument] = []
  var faults: [String] = []
  var faultBytes = 0
  /// Documents of each block.
  var blocks: [Int] = []

  var texts: [String] { documents.map(\.text) }
  var names: [String] { documents.map(\.name) }
}

/// Reads everything that `inputs` names.
func read(_ inputs: CorpusInputs, threads: Int = 2) throws -> ReadCorpus {
  try read(Corpus(inputs), threads: threads)
}

/// Reads a corpus, or the part of it that it stands for.
func read(_ corpus: Corpus, threads: Int = 2) throws -> ReadCorpus {
  var all = ReadCorpus()
  try corpus.process(
    threads: threads, cancellation: nil, progress: nil, makeScratch: {},
    work: { _, block in
      var one = ReadCorpus(blocks: [block.documents.count])
      for document in block.documents {
        var line: [UInt8] = []
        document.appendLine(to: &line)
        one.documents.append(
          ReadDocument(
            name: document.name, text: String(decoding: document.text, as: UTF8.self),
            line: String(decoding: line.dropLast(), as: UTF8.self), source: document.source))
      }
      one.faults = block.faults.map(\.reason.rawValue)
      one.faultBytes = block.faults.reduce(0) { $0 + $1.raw.count }
      return one
    },
    collect: { one in
      all.documents += one.documents
      all.faults += one.faults
      all.faultBytes += one.faultBytes
      all.blocks += one.blocks
    })
  return all
}

/// Reads one file.
func read(_ path: String, threads: Int = 2) throws -> ReadCorpus {
  try read(CorpusInputs(paths: [path]), threads: threads)
}

/// One gzip member.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(
    &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var bytes = bytes
  var output = [UInt8](repeating: 0, count: bytes.count + 1024)
  let count = bytes.withUnsafeMutableBufferPointer { input in
    output.withUnsafeMutableBufferPointer { output in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(output.count)
      precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
      return output.count - Int(stream.avail_out)
    }
  }
  return Array(output[..<count])
}

/// One zstd frame with a checksum; without a stated size where `windowLog` is given.
func zstd(_ bytes: [UInt8], windowLog: Int32? = nil) -> [UInt8] {
  let context = ZSTD_createCCtx()
  defer { ZSTD_freeCCtx(context) }
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  if let windowLog {
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog)
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
  }
  return [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(bytes.count)) { output, count in
    count = bytes.withUnsafeBytes { input in
      var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
      var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
      // A stream that is not told its end at once keeps the window that was asked for.
      if windowLog != nil { ZSTD_compressStream2(context, &target, &source, ZSTD_e_continue) }
      let left = ZSTD_compressStream2(context, &target, &source, ZSTD_e_end)
      precondition(left == 0)
      return target.pos
    }
  }
}

/// One lz4 frame with a checksum.
func lz4(_ bytes: [UInt8]) -> [UInt8] {
  var preferences = LZ4F_preferences_t()
  preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled
  let bound = LZ4F_compressFrameBound(bytes.count, &preferences)
  return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
    count = LZ4F_compressFrame(output.baseAddress, bound, bytes, bytes.count, &preferences)
  }
}

/// One xz stream with a checksum.
func xz(_ bytes: [UInt8]) -> [UInt8] {
  let bound = lzma_stream_buffer_bound(bytes.count)
  return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
    let status = lzma_easy_buffer_encode(
      1, LZMA_CHECK_CRC64, nil, bytes, bytes.count, output.baseAddress, &count, bound)
    precondition(status == LZMA_OK)
  }
}

/// One bzip2 stream.
func bzip2(_ bytes: [UInt8]) -> [UInt8] {
  var bytes = bytes.map { CChar(bitPattern: $0) }
  var count = UInt32(bytes.count * 2 + 600)
  var output = [CChar](repeating: 0, count: Int(count))
  let status = BZ2_bzBuffToBuffCompress(&output, &count, &bytes, UInt32(bytes.count), 1, 0, 0)
  precondition(status == BZ_OK)
  return output[..<Int(count)].map { UInt8(bitPattern: $0) }
}

/// Plain bytes of a zstd file, and how many frames it has.
func unzstd(_ bytes: [UInt8]) -> (plain: [UInt8], frames: Int) {
  var plain: [UInt8] = []
  var at = 0
  var frames = 0
  bytes.withUnsafeBytes { stored in
    while at < stored.count {
      let size = ZSTD_findFrameCompressedSize(stored.baseAddress! + at, stored.count - at)
      let content = ZSTD_getFrameContentSize(stored.baseAddress! + at, stored.count - at)
      precondition(ZSTD_isError(size) == 0, "a damaged frame at byte \(at)")
      plain += [UInt8](unsafeUninitializedCapacity: Int(content)) { buffer, count in
        count = ZSTD_decompress(buffer.baseAddress, buffer.count, stored.baseAddress! + at, size)
      }
      at += size
      frames += 1
    }
  }
  return (plain, frames)
}

extension String {
  /// The string as JSON, with its quotes.
  var json: String { JSONValue.string(self).serialized() }
}
