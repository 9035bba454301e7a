import CTextKernels
import Glibc

/// Cuts the files of a corpus into blocks, one after the other.
///
/// Where a block ends depends on the plain bytes of the input alone, never on how they are stored or arrive.
final class BlockReader {
  private let files: [CorpusFile]
  private let inputs: CorpusInputs
  private let pool: BufferPool
  private let isStopped: () -> Bool
  private let onRead: (UInt64) -> Void

  private var nextFile: Int
  /// Where in the file to be opened next the first block begins, if in its middle.
  private var start: BlockStart?
  private var current: PlainBytes?
  /// The number of the current file's line with which its next segment begins.
  private var line: Int
  private var reported: UInt64 = 0
  /// Plain bytes that the current file has given.
  private var given: UInt64 = 0
  /// Bytes read past the end of the last block.
  private var carry: [UInt8] = []

  /// - Parameters:
  ///   - isStopped: asked while a pipe is waited for.
  ///   - onRead: gets the number of stored bytes of every read.
  ///   - start: where the first block begins; nil is the beginning.
  init(
    files: [CorpusFile], inputs: CorpusInputs, pool: BufferPool,
    isStopped: @escaping () -> Bool, onRead: @escaping (UInt64) -> Void, start: BlockStart? = nil
  ) {
    (self.files, self.inputs, self.pool) = (files, inputs, pool)
    (self.isStopped, self.onRead) = (isStopped, onRead)
    (nextFile, line) = (start?.file ?? 0, start?.line ?? 1)
    self.start = start
  }

  /// Where the next block begins.
  var position: BlockStart {
    guard let current else { return start ?? BlockStart(file: nextFile) }
    let offset = given - UInt64(carry.count)
    return BlockStart(
      file: nextFile - 1, line: line, offset: offset, entry: current.entry(before: offset))
  }

  /// The next block; nil at the end of the last file.
  func next() throws(CorpusError) -> InputBlock? {
    let block = InputBlock(pool: pool)
    carry.withUnsafeBytes { block.append($0) }
    carry.removeAll(keepingCapacity: true)
    var begin = 0  // of the current file's bytes in this block
    var searched = 0  // where the search for the block's end goes on
    while true {
      guard current != nil else {
        guard nextFile < files.count else { return block.count > 0 ? block : nil }
        begin = block.count
        try openNext(into: block)
        continue
      }
      if let end = blockEnd(in: block.content, from: begin, searched: &searched) {
        carry.append(contentsOf: UnsafeRawBufferPointer(rebasing: block.content[end...]))
        close(begin..<end, in: block)
        return block
      }
      try checkLength(block, from: begin)
      if try read(into: block) { continue }
      endFile(in: block, from: begin)
      if block.count >= inputs.blockBytes { return block }
    }
  }

  // MARK: Files

  /// What must not be cut through in the current file.
  private var unit: TextDocuments {
    files[nextFile - 1].isText ? inputs.textDocuments : .line
  }

  private func openNext(into block: InputBlock) throws(CorpusError) {
    let begin = block.count
    let file = try PlainBytes(files[nextFile], inputs: inputs, isStopped: isStopped)
    current = file
    nextFile += 1
    let offset = start?.offset ?? 0
    (reported, given) = (0, offset)
    if let start, offset > 0 {
      self.start = nil
      return try file.enter(at: offset, from: start.entry)
    }
    start = nil
    while block.count - begin < 3, try read(into: block) {}
    if block.content[begin...].starts(with: [0xEF, 0xBB, 0xBF]) { block.remove(begin..<begin + 3) }
  }

  /// Appends what the current file gives next; false at its end.
  private func read(into block: InputBlock) throws(CorpusError) -> Bool {
    guard let current else { return false }
    let count = try current.read(into: block.room())
    block.grow(by: count)
    given += UInt64(count)
    onRead(current.storedCount - reported)
    reported = current.storedCount
    return count > 0
  }

  private func endFile(in block: InputBlock, from begin: Int) {
    if unit != .file, block.count > begin, block.content.last != UInt8(ascii: "\n") {
      [UInt8(ascii: "\n")].withUnsafeBytes { block.append($0) }
    }
    close(begin..<block.count, in: block)
    current = nil
    line = 1
  }

  private func close(_ range: Range<Int>, in block: InputBlock) {
    block.close(range, file: nextFile - 1, firstLine: line)
    line += lineFeeds(in: block.content[range])
    block.shorten(to: range.upperBound)
  }

  // MARK: Ends

  /// Where the block ends, if what was read of it tells.
  private func blockEnd(
    in content: UnsafeRawBufferPointer, from begin: Int, searched: inout Int
  ) -> Int? {
    guard unit != .file else { return nil }
    while true {
      let from = max(searched, begin, inputs.blockBytes - 1)
      guard from < content.count, let feed = lineFeed(in: content, from: from) else {
        searched = max(searched, content.count)
        return nil
      }
      if unit == .line || isEmptyLine(endingAt: feed, in: content, from: begin) { return feed + 1 }
      searched = feed + 1
    }
  }

  private func lineFeed(in content: UnsafeRawBufferPointer, from start: Int) -> Int? {
    let base = content.baseAddress!
    return memchr(base + start, 0x0A, content.count - start).map { UnsafeRawPointer($0) - base }
  }

  private func isEmptyLine(
    endingAt feed: Int, in content: UnsafeRawBufferPointer, from begin: Int
  ) -> Bool {
    let line = content[begin..<feed].reversed().prefix { $0 != UInt8(ascii: "\n") }
    return line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
  }

  /// Keeps memory bounded: workers check every line exactly, here only what one block can never hold is refused.
  private func checkLength(_ block: InputBlock, from begin: Int) throws(CorpusError) {
    let whole = unit == .file ? begin : max(begin, inputs.blockBytes)
    guard block.count > whole, UInt64(block.count - whole) > inputs.lineLimit else { return }
    let number = unit == .file ? line : line + lineFeeds(in: block.content[begin...])
    throw .lineTooLong(path: files[nextFile - 1].path, line: number, limit: inputs.lineLimit)
  }

  private func lineFeeds(in bytes: Slice<UnsafeRawBufferPointer>) -> Int {
    let bytes = UnsafeRawBufferPointer(rebasing: bytes).assumingMemoryBound(to: UInt8.self)
    return bytes.isEmpty ? 0 : cram_count_byte(bytes.baseAddress, bytes.count, 0x0A)
  }
}
