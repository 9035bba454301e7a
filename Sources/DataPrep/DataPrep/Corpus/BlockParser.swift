import CTextKernels
import Glibc

/// Turns blocks of lines into documents. One for each thread.
final class BlockParser {
  private let files: [CorpusFile]
  private let inputs: CorpusInputs
  private let pool: BufferPool
  private let scanner: LineScanner

  private var documents: [Document] = []
  private var faults: [FaultyLine] = []

  init(files: [CorpusFile], inputs: CorpusInputs, pool: BufferPool) {
    (self.files, self.inputs, self.pool) = (files, inputs, pool)
    scanner = LineScanner(textField: inputs.textField, idField: inputs.idField)
  }

  /// The documents of `block`.
  func parse(_ block: InputBlock, index: Int) throws(CorpusError) -> DocumentBlock {
    documents.removeAll(keepingCapacity: true)
    faults.removeAll(keepingCapacity: true)
    let arena = TextArena(pool: pool, byteCount: block.bytes.count)
    for segment in block.segments {
      let bytes = UnsafeRawBufferPointer(rebasing: block.content[segment.range])
      let place = Place(file: files[segment.file], line: segment.firstLine, inputs: inputs)
      switch files[segment.file].isText ? inputs.textDocuments : nil {
      case nil: try parseLines(bytes, from: place, arena: arena)
      case .file: try add(text: bytes, at: place)
      case .line:
        try forEachLine(of: bytes, from: place) { (line, at) throws(CorpusError) in
          try add(text: line, at: at)
        }
      case .paragraph: try parseParagraphs(bytes, from: place)
      }
    }
    return DocumentBlock(
      index: index, documents: documents, faults: faults,
      storage: DocumentBlock.Storage(input: block, arena: arena))
  }

  /// Where a line stands.
  private struct Place {
    let path: String
    let origin: Document.Origin
    var line: Int

    init(file: CorpusFile, line: Int, inputs: CorpusInputs) {
      path = file.path
      origin = Document.Origin(file: file.name, textField: inputs.textField)
      self.line = line
    }
  }

  // MARK: Lines

  /// Calls `body` for each line without its end.
  private func forEachLine(
    of bytes: UnsafeRawBufferPointer, from place: Place,
    _ body: (UnsafeRawBufferPointer, Place) throws(CorpusError) -> Void
  ) throws(CorpusError) {
    var place = place
    var at = 0
    while at < bytes.count {
      let base = bytes.baseAddress!
      let feed = memchr(base + at, 0x0A, bytes.count - at).map { UnsafeRawPointer($0) - base }
      let end = feed ?? bytes.count
      let hasReturn = end > at && bytes[end - 1] == UInt8(ascii: "\r")
      try body(UnsafeRawBufferPointer(rebasing: bytes[at..<(hasReturn ? end - 1 : end)]), place)
      at = end + 1
      place.line += 1
    }
  }

  private func checkLength(_ line: UnsafeRawBufferPointer, at place: Place) throws(CorpusError) {
    guard UInt64(line.count) > inputs.lineLimit else { return }
    throw .lineTooLong(path: place.path, line: place.line, limit: inputs.lineLimit)
  }

  private func isBlank(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.isEmpty
      || cram_is_blank(bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count)
  }

  // MARK: JSON

  private func parseLines(
    _ bytes: UnsafeRawBufferPointer, from place: Place, arena: TextArena
  ) throws(CorpusError) {
    try forEachLine(of: bytes, from: place) { (line, place) throws(CorpusError) in
      guard !isBlank(line) else { return }
      try checkLength(line, at: place)
      switch scanner.scan(line) {
      case .fault(let problem): try addDamaged(line, problem: problem, at: place)
      case .illegible(let id):
        addFault(.invalidUTF8, line, id: id, isJSON: true, at: place)
      case .members(let members):
        documents.append(
          Document(
            text: members.text(in: arena), rawLine: line, rawID: members.id,
            rawSource: members.source, origin: place.origin, line: place.line))
      }
    }
  }

  private func addDamaged(
    _ line: UnsafeRawBufferPointer, problem: String, at place: Place
  ) throws(CorpusError) {
    guard inputs.skipDamaged else {
      throw .badLine(path: place.path, line: place.line, problem: problem)
    }
    addFault(.damaged, line, id: nil, isJSON: false, at: place)
  }

  private func addFault(
    _ reason: FaultyLine.Reason, _ line: UnsafeRawBufferPointer, id: UnsafeRawBufferPointer?,
    isJSON: Bool, at place: Place
  ) {
    faults.append(
      FaultyLine(
        reason: reason, raw: line, position: documents.count, rawID: id, isJSON: isJSON,
        origin: place.origin, line: place.line))
  }

  // MARK: Plain text

  private func add(text: UnsafeRawBufferPointer, at place: Place) throws(CorpusError) {
    guard !isBlank(text) else { return }
    try checkLength(text, at: place)
    guard cram_utf8_is_valid(text.assumingMemoryBound(to: UInt8.self).baseAddress, text.count)
    else {
      return addFault(.invalidUTF8, text, id: nil, isJSON: false, at: place)
    }
    documents.append(
      Document(
        text: text, rawLine: nil, rawID: nil, rawSource: nil, origin: place.origin, line: place.line
      ))
  }

  private func parseParagraphs(
    _ bytes: UnsafeRawBufferPointer, from place: Place
  ) throws(CorpusError) {
    var begin: (offset: Int, place: Place)?
    var end = 0
    try forEachLine(of: bytes, from: place) { (line, place) throws(CorpusError) in
      let offset = line.baseAddress.map { $0 - bytes.baseAddress! } ?? end
      guard isBlank(line) else {
        begin = begin ?? (offset, place)
        end = offset + line.count
        return
      }
      if let first = begin {
        try add(text: UnsafeRawBufferPointer(rebasing: bytes[first.offset..<end]), at: first.place)
      }
      begin = nil
    }
    if let begin {
      try add(text: UnsafeRawBufferPointer(rebasing: bytes[begin.offset..<end]), at: begin.place)
    }
  }
}
