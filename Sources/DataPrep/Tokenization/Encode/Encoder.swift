import CTextKernels

/// Turns text into ids, remembering the words met last. One for each thread.
///
/// The ids are those of `tokenizers` without the special tokens of the template; added tokens that stand in the
/// text are recognised. What was encoded before never changes an id.
///
/// ASCII text goes a fast way where the tokenizer allows it (all that `cram vocab` makes do): words are found 64 bytes at a
/// time and looked up in a table of 4 MiB. The rest is cut at white space, if that is allowed, and looked up by its parts in another
/// such table. Only what neither knows goes the whole way.
public final class Encoder {
  private let pipeline: Pipeline
  private let fast: FastWay?
  private lazy var cache = ChunkCache()
  private var scratch = Pipeline.Scratch()
  private var ids: [UInt32] = []
  private let output: IDList

  /// - Parameter scanner: the name of one that the fast way uses; nil for the fastest.
  init(_ pipeline: Pipeline, _ rules: FastRules?, isWide: Bool, scanner: String? = nil) {
    self.pipeline = pipeline
    fast = rules.map { FastWay($0, scanner: scanner) }
    output = IDList(isWide: isWide)
  }

  /// Appends the ids of `utf8` to `list`; each ill-formed part of it counts as U+FFFD.
  ///
  /// - Parameter list: of the width of the vocabulary, see `makeList`.
  public func encode(_ utf8: UnsafeBufferPointer<UInt8>, into list: IDList) {
    precondition(list.idBytes == output.idBytes, "ids of \(list.idBytes) bytes")
    if let fast {
      fast.encode(utf8, into: list, rest: self)
    } else {
      encodeRest(utf8, into: &list.list)
    }
  }

  /// An empty list that is as wide as the vocabulary needs.
  public func makeList() -> IDList {
    IDList(isWide: output.idBytes == 4)
  }

  /// Appends the ids of `utf8` to `ids`; each ill-formed part of it counts as U+FFFD.
  public func encode(_ utf8: UnsafeBufferPointer<UInt8>, into ids: inout [UInt32]) {
    output.removeAll()
    encode(utf8, into: output)
    output.copy(into: &ids)
  }

  /// How many ids `utf8` has.
  public func count(_ utf8: UnsafeBufferPointer<UInt8>) -> Int {
    output.removeAll()
    encode(utf8, into: output)
    return output.count
  }

  /// The ids of `text`.
  public func encode(_ text: String) -> [Int] {
    var text = text
    var ids: [UInt32] = []
    text.withUTF8 { encode($0, into: &ids) }
    return ids.map(Int.init)
  }

  /// The obvious way, but for the parts that were met before.
  func encodeRest(_ utf8: UnsafeBufferPointer<UInt8>, into list: inout cram_id_list) {
    guard pipeline.isLocal else { return encodeWhole(utf8, into: &list) }
    forEachChunk(of: utf8) { chunk, end in encodeChunk(chunk, end: end, into: &list) }
  }

  private func encodeWhole(
    _ utf8: UnsafeBufferPointer<UInt8>, into list: inout cram_id_list
  ) {
    pipeline.encode(utf8, &scratch)
    ids.removeAll(keepingCapacity: true)
    for piece in scratch.pieces { ids.append(piece.id) }
    cram_id_list_append(&list, ids, ids.count)
  }

  @inline(__always)
  private func encodeChunk(
    _ chunk: UnsafeBufferPointer<UInt8>, end: UnsafePointer<UInt8>, into list: inout cram_id_list
  ) {
    guard chunk.count <= ChunkKey.longest else { return encodeWhole(chunk, into: &list) }
    let key = ChunkKey(chunk.baseAddress!, count: chunk.count, end: end)
    let entry = cache.place(of: key)
    if entry.pointee.key == key {
      withUnsafePointer(to: entry.pointee.ids) { ids in
        ids.withMemoryRebound(to: UInt32.self, capacity: ChunkCache.mostIDs) {
          cram_id_list_append(&list, $0, Int(entry.pointee.idCount))
        }
      }
    } else {
      encodeWhole(chunk, into: &list)
      remember(key, entry)
    }
  }

  private func remember(_ key: ChunkKey, _ entry: UnsafeMutablePointer<ChunkCache.Entry>) {
    guard ids.count <= ChunkCache.mostIDs else { return }
    var kept = SIMD8<UInt32>()
    for (index, id) in ids.enumerated() { kept[index] = id }
    entry.pointee = .init(key: key, idCount: UInt8(ids.count), ids: kept)
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
