import RingProtocol

/// Where encoded documents wait until their number is known and the held-out ones can be drawn: tokens in one file, and
/// their bytes for each document (u64) in another.
struct DocumentSpool: ~Copyable {
  private var tokens: AtomicFile
  private var sizes: AtomicFile
  private(set) var documents: UInt64

  /// The files, once the spool is whole.
  var paths: [String] { [tokens.path, sizes.path] }

  /// Begins the spool in `folder`.
  init(folder: String) throws(FileError) {
    let tokens = try AtomicFile(path: folder + "/documents.tokens")
    let sizes = try AtomicFile(path: folder + "/documents.sizes")
    self.tokens = tokens
    self.sizes = sizes
    documents = 0
  }

  /// Appends documents: their tokens end to end, and the bytes of each.
  mutating func append(_ bytes: UnsafeRawBufferPointer, sizes list: [Int]) throws(FileError) {
    try tokens.write(bytes)
    var encoded: [UInt8] = []
    encoded.reserveCapacity(8 * list.count)
    for size in list {
      withUnsafeBytes(of: UInt64(size).littleEndian) { encoded.append(contentsOf: $0) }
    }
    try sizes.write(encoded)
    documents += UInt64(list.count)
  }

  /// Ends the spool and gives what reads it.
  consuming func finish() throws(FileError) -> Reader {
    let (tokensPath, sizesPath, documents) = (tokens.path, sizes.path, documents)
    try commit()
    return try Reader(tokens: tokensPath, sizes: sizesPath, documents: documents)
  }

  private consuming func commit() throws(FileError) {
    try tokens.commit()
    try sizes.commit()
  }

  /// Gives the documents back, one after another.
  struct Reader: ~Copyable {
    let documents: UInt64
    private let tokens: InputFile
    private let sizes: InputFile
    private var buffer: UnsafeMutableRawBufferPointer
    private var list: [UInt64]
    private var nextDocument: UInt64
    private var offset: UInt64

    init(tokens: String, sizes: String, documents: UInt64) throws(FileError) {
      let tokens = try InputFile(tokens)
      let sizes = try InputFile(sizes)
      self.tokens = tokens
      self.sizes = sizes
      self.documents = documents
      buffer = .allocate(byteCount: 1 << 16, alignment: 16)
      (list, nextDocument, offset) = ([], 0, 0)
    }

    deinit {
      buffer.deallocate()
    }

    /// The tokens of the next document, valid until the next call; nil at the end.
    mutating func next() throws(FileError) -> UnsafeRawBufferPointer? {
      guard nextDocument < documents else { return nil }
      if list.isEmpty { try readSizes() }
      let size = Int(list.removeLast())
      if size > buffer.count {
        buffer.deallocate()
        buffer = .allocate(byteCount: size + size / 4, alignment: 16)
      }
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<size])
      try tokens.read(at: offset, into: part)
      offset += UInt64(size)
      nextDocument += 1
      return UnsafeRawBufferPointer(part)
    }

    /// The sizes of the next documents, the nearest last.
    private mutating func readSizes() throws(FileError) {
      let count = Int(min(documents - nextDocument, 8192))
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(8 * count)])
      try sizes.read(at: 8 * nextDocument, into: piece)
      list = (0..<count).reversed().map {
        UInt64(littleEndian: piece.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self))
      }
    }
  }
}
