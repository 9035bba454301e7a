/// Turns text into ids, remembering the words met last. One for each thread.
///
/// The ids are those of `tokenizers` without the special tokens of the template; added tokens that stand in the
/// text are recognised. What was encoded before never changes an id.
///
/// Text is cut at ASCII white space where the tokenizer allows it (all that `cram vocab` makes do), and the
/// ids of each part are looked up by its bytes; only what is not there goes the whole way.
public final class Encoder {
  private let pipeline: Pipeline
  private let cache = ChunkCache()
  private var scratch = Pipeline.Scratch()
  private var output = IDBuffer()

  init(_ pipeline: Pipeline) {
    self.pipeline = pipeline
  }

  /// Appends the ids of `utf8` to `ids`; each ill-formed part of it counts as U+FFFD.
  public func encode(_ utf8: UnsafeBufferPointer<UInt8>, into ids: inout [UInt32]) {
    fill(utf8)
    ids.append(contentsOf: output.ids)
  }

  /// How many ids `utf8` has.
  public func count(_ utf8: UnsafeBufferPointer<UInt8>) -> Int {
    fill(utf8)
    return output.ids.count
  }

  /// The ids of `text`.
  public func encode(_ text: String) -> [Int] {
    var text = text
    var ids: [UInt32] = []
    text.withUTF8 { encode($0, into: &ids) }
    return ids.map(Int.init)
  }

  private func fill(_ utf8: UnsafeBufferPointer<UInt8>) {
    output.removeAll()
    guard pipeline.isLocal else { return encodeWhole(utf8) }
    forEachChunk(of: utf8) { chunk, end in encodeChunk(chunk, end: end) }
  }

  private func encodeWhole(_ utf8: UnsafeBufferPointer<UInt8>) {
    pipeline.encode(utf8, &scratch)
    output.reserve(scratch.pieces.count)
    for piece in scratch.pieces { output.append(piece.id) }
  }

  @inline(__always)
  private func encodeChunk(
    _ chunk: UnsafeBufferPointer<UInt8>, end: UnsafePointer<UInt8>
  ) {
    guard chunk.count <= ChunkKey.longest else { return encodeWhole(chunk) }
    let key = ChunkKey(chunk.baseAddress!, count: chunk.count, end: end)
    let entry = cache.place(of: key)
    if entry.pointee.key == key {
      output.append(entry.pointee.ids, count: Int(entry.pointee.idCount))
    } else {
      encodeNew(chunk, key, entry)
    }
  }

  /// The whole way, and its result into the cache.
  @inline(never)
  private func encodeNew(
    _ chunk: UnsafeBufferPointer<UInt8>, _ key: ChunkKey,
    _ entry: UnsafeMutablePointer<ChunkCache.Entry>
  ) {
    encodeWhole(chunk)
    let pieces = scratch.pieces
    guard pieces.count <= ChunkCache.mostIDs else { return }
    var ids = SIMD8<UInt32>()
    for (index, piece) in pieces.enumerated() { ids[index] = piece.id }
    entry.pointee = .init(key: key, idCount: UInt8(pieces.count), ids: ids)
  }
}

/// Calls `body` with each maximal part of `utf8` between separators, and the end of the text.
@inline(__always)
func forEachChunk(
  of utf8: UnsafeBufferPointer<UInt8>,
  _ body: (UnsafeBufferPointer<UInt8>, UnsafePointer<UInt8>) -> Void
) {
  guard var position = utf8.baseAddress else { return }
  let end = position + utf8.count
  while position < end {
    while position < end, isSeparator(position.pointee) { position += 1 }
    let start = position
    while position < end, !isSeparator(position.pointee) { position += 1 }
    if position > start { body(UnsafeBufferPointer(start: start, count: position - start), end) }
  }
}

@inline(__always)
private func isSeparator(_ byte: UInt8) -> Bool {
  byte <= 0x20 && (1 << UInt64(byte)) & (UInt64(1) << 9 | 1 << 10 | 1 << 13 | 1 << 32) != 0
}
