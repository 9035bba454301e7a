import RingProtocol

/// Counts that one process writes and another adds up.
///
/// The file is a row of pieces: the bytes of the piece and their XXH3 (u64 each), then records of a length (u32; 0 for a special
/// token), a count (u64), and the word, or the token's id (u32).
extension WordCounter {
  private static let pieceBytes = 1 << 20

  /// Writes everything that was counted; the file appears whole.
  package func save(to path: String) throws(FileError) {
    settleAll()
    var file = try AtomicFile(path: path)
    var piece: [UInt8] = []
    for (id, times) in tokenCounts.sorted(by: { $0.key < $1.key }) {
      piece.append(number: UInt32(0))
      piece.append(number: UInt64(times))
      piece.append(number: UInt32(id))
    }
    for number in 0..<words.count {
      words.withBytes(of: number) { word in
        piece.append(number: UInt32(word.count))
        piece.append(number: UInt64(counts[number]))
        piece.append(contentsOf: word)
      }
      if piece.count >= Self.pieceBytes { try Self.write(&piece, to: &file) }
    }
    try Self.write(&piece, to: &file)
    try file.commit()
  }

  private static func write(_ piece: inout [UInt8], to file: inout AtomicFile) throws(FileError) {
    var head: [UInt8] = []
    head.append(number: UInt64(piece.count))
    head.append(number: piece.withUnsafeBytes(Checksum.xxh3))
    try file.write(head)
    try file.write(piece)
    piece.removeAll(keepingCapacity: true)
  }

  /// Adds what another counter, of the same recipe, has saved.
  ///
  /// - Throws: `FileError` where the file cannot be read or is damaged.
  package func add(contentsOf path: String) throws(FileError) {
    let bytes = try InputFile.bytes(of: path)
    var reader = CountReader(bytes: bytes[...])
    while !reader.bytes.isEmpty {
      guard let size = reader.number(UInt64.self), let hash = reader.number(UInt64.self),
        let piece = reader.take(Int(clamping: size)), piece.withUnsafeBytes(Checksum.xxh3) == hash,
        addPiece(piece)
      else {
        throw FileError("read", path, detail: "it is damaged; remove it and count again")
      }
    }
  }

  /// False where the piece is no row of records.
  private func addPiece(_ piece: ArraySlice<UInt8>) -> Bool {
    var reader = CountReader(bytes: piece)
    while !reader.bytes.isEmpty {
      guard let length = reader.number(UInt32.self), let times = reader.number(UInt64.self)
      else { return false }
      if length == 0 {
        guard let id = reader.number(UInt32.self) else { return false }
        tokenCounts[Int(id), default: 0] += Int64(times)
      } else {
        guard let word = reader.take(Int(length)) else { return false }
        word.withUnsafeBufferPointer { count($0, times: Int64(times)) }
      }
    }
    return true
  }
}

/// Takes numbers and bytes from the front.
private struct CountReader {
  var bytes: ArraySlice<UInt8>

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard bytes.count >= count else { return nil }
    defer { bytes = bytes.dropFirst(count) }
    return bytes.prefix(count)
  }

  mutating func number<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
    guard let raw = take(MemoryLayout<Number>.size) else { return nil }
    return raw.reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
  }
}

extension [UInt8] {
  fileprivate mutating func append(number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }
}
