import RingProtocol

/// Where what is known of documents (their tokens, or their origins) waits until their number is known and the held-out
/// ones can be drawn: the bytes of all in one file, and how many each has (u64) in another.
struct DocumentSpool: ~Copyable {
  private var content: AtomicFile
  private var sizes: AtomicFile
  private(set) var documents: UInt64

  /// The files, once the spool is whole.
  var paths: [String] { [content.path, sizes.path] }

  /// Begins the spool of this name in `folder`.
  init(folder: String, name: String) throws(FileError) {
    let content = try AtomicFile(path: "\(folder)/\(name).content")
    let sizes = try AtomicFile(path: "\(folder)/\(name).sizes")
    self.content = content
    self.sizes = sizes
    documents = 0
  }

  /// Appends documents: their bytes end to end, and how many each has.
  mutating func append(_ bytes: UnsafeRawBufferPointer, sizes list: [Int]) throws(FileError) {
    try content.write(bytes)
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
    let (contentPath, sizesPath, documents) = (content.path, sizes.path, documents)
    try commit()
    return try Reader(content: contentPath, sizes: sizesPath, documents: documents)
  }

  /// What reads the spool of this name in `folder`, which holds so many documents.
  static func reader(
    folder: String, name: String, documents: UInt64
  ) throws(FileError) -> Reader {
    try Reader(
      content: "\(folder)/\(name).content", sizes: "\(folder)/\(name).sizes",
      documents: documents)
  }

  /// Ends the spool.
  consuming func commit() throws(FileError) {
    try content.commit()
    try sizes.commit()
  }

  /// Gives the documents back, one after another.
  struct Reader: ~Copyable {
    let documents: UInt64
    private let content: InputFile
    private let sizes: InputFile
    private var buffer: UnsafeMutableRawBufferPointer
    private var list: [UInt64]
    private var nextDocument: UInt64
    private var offset: UInt64

    init(content: String, sizes: String, documents: UInt64) throws(FileError) {
      let content = try InputFile(content)
      let sizes = try InputFile(sizes)
      self.content = content
      self.sizes = sizes
      self.documents = documents
      buffer = .allocate(byteCount: 1 << 16, alignment: 16)
      (list, nextDocument, offset) = ([], 0, 0)
    }

    deinit {
      buffer.deallocate()
    }

    /// The bytes of the next document, valid until the next call; nil at the end.
    mutating func next() throws(FileError) -> UnsafeRawBufferPointer? {
      guard nextDocument < documents else { return nil }
      if list.isEmpty { try readSizes() }
      let size = Int(list.removeLast())
      if size > buffer.count {
        buffer.deallocate()
        buffer = .allocate(byteCount: size + size / 4, alignment: 16)
      }
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<size])
      try content.read(at: offset, into: part)
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
