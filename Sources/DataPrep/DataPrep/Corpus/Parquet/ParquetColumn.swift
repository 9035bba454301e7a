/// One column, read page by page through all row groups.
///
/// Held are one page as stored and as plain bytes, and the dictionary of the row group.
final class ParquetColumn {
  let name: String
  let meaning: ParquetMeaning
  /// The values that `read` gave.
  let cells = ParquetCells.allocate(capacity: ParquetColumn.batchRows)

  private let file: ParquetFile
  private let type: ParquetType
  private let isOptional: Bool

  private var window: ParquetWindow
  private var codec: ParquetCodec?
  private let plain = ByteRoom()
  private let dictionaryRoom = ByteRoom()
  private var dictionary: [ParquetCell]?
  private var values: (any ParquetValues)?
  private var presence: ParquetRuns?
  private var rowsLeft = 0
  private let levels = UnsafeMutableBufferPointer<UInt32>.allocate(
    capacity: ParquetColumn.batchRows)

  /// Rows that are read at once at most.
  static let batchRows = 1024

  init(_ element: ParquetElement, isText: Bool, file: ParquetFile) throws(ParquetFault) {
    let meaning = try element.meaning(isText: isText)
    (name, self.meaning, self.file) = (element.name, meaning, file)
    type = ParquetType(rawValue: element.type ?? -1)!  // has a meaning, so it is known
    isOptional = element.repetition == .optional
    window = ParquetWindow(file)
  }

  deinit {
    cells.deallocate()
    levels.deallocate()
  }

  /// Goes to the column's part of a row group.
  func begin(_ chunk: ParquetChunk) throws(ParquetFault) {
    guard !chunk.isEncrypted else { throw .unsupported("encrypted Parquet") }
    guard !chunk.isElsewhere else { throw .column(name, problem: "is stored in another file") }
    guard chunk.type == type.rawValue else { throw .damaged("two types of one column") }
    let data = chunk.dataOffset
    let start =
      chunk.dictionaryOffset.flatMap { (1..<max(1, data)).contains($0) ? $0 : nil } ?? data
    let end = file.size - 8
    guard (4...max(4, end)).contains(start),
      (0...max(0, end - start)).contains(chunk.compressedBytes)
    else { throw .damaged("a column at byte \(start) of \(file.size)") }
    codec = try ParquetCodec(chunk.codec, column: name)
    // Old writers forgot the dictionary's header in the size; rows are counted anyway.
    window.go(to: start..<min(end, start + chunk.compressedBytes + 100))
    (dictionary, values, presence, rowsLeft) = (nil, nil, nil, 0)
  }

  /// How many rows `read` can give next, at least one; reads the next page where that must be.
  func available() throws(ParquetFault) -> Int {
    while rowsLeft == 0 {
      guard !window.isAtEnd else { throw .damaged("it has fewer values than rows") }
      try nextPage()
    }
    return min(rowsLeft, Self.batchRows, values?.batchLimit ?? .max)
  }

  /// Reads the next `count` rows into `cells`; no more than are available.
  func read(_ count: Int) throws(ParquetFault) {
    rowsLeft -= count
    guard presence != nil else {
      try values?.read(into: ParquetCells(rebasing: cells[..<count]))
      return
    }
    let present = UnsafeMutableBufferPointer(rebasing: levels[..<count])
    try presence!.read(into: present)
    var left = present.reduce(0) { $0 + Int($1) }
    try values?.read(into: ParquetCells(rebasing: cells[..<left]))
    for at in stride(from: count - 1, through: 0, by: -1) {
      if present[at] == 1 {
        left -= 1
        cells[at] = cells[left]
      } else {
        cells[at] = .null
      }
    }
  }

  // MARK: Pages

  private func nextPage() throws(ParquetFault) {
    let header = try window.header()
    let stored = try window.body(header.storedBytes)
    if let checksum = header.checksum, crc(stored) != checksum {
      throw .damaged("a page has another checksum than it states")
    }
    switch header.kind {
    case .dictionary: try readDictionary(stored, header)
    case .data: try readData(stored, header)
    case .dataV2: try readDataV2(stored, header)
    case .index, nil: break
    }
  }

  private func readDictionary(
    _ stored: UnsafeRawBufferPointer, _ header: ParquetPageHeader
  ) throws(ParquetFault) {
    guard dictionary == nil, rowsLeft == 0, values == nil else {
      throw .damaged("a dictionary behind the values of its column")
    }
    let encoding = ParquetEncoding(rawValue: header.encoding)
    guard encoding == .plain || encoding == .plainDictionary else {
      throw .damaged("a dictionary in encoding \(header.encoding)")
    }
    let bytes = try plainBytes(stored, count: header.plainBytes, in: dictionaryRoom)
    let smallest = type == .bytes ? 4 : type.width ?? 1
    guard header.valueCount <= bytes.count / smallest else {
      throw .damaged("a dictionary of \(header.valueCount) entries in \(bytes.count) bytes")
    }
    var entries = try plainValues(bytes)
    var all = [ParquetCell](repeating: .null, count: header.valueCount)
    try all.withUnsafeMutableBufferPointer { (cells) throws(ParquetFault) in
      try entries.read(into: cells)
    }
    dictionary = all
  }

  private func readData(
    _ stored: UnsafeRawBufferPointer, _ header: ParquetPageHeader
  ) throws(ParquetFault) {
    var body = try pageBytes(stored, count: header.plainBytes)
    presence = nil
    if isOptional {
      guard header.levelEncoding == ParquetEncoding.runs.rawValue else {
        throw .column(name, problem: "marks nulls by an encoding that is out of use")
      }
      let levels = try Self.cutSized(&body)
      presence = try ParquetRuns(levels, width: 1)
    }
    try begin(body, header)
  }

  private func readDataV2(
    _ stored: UnsafeRawBufferPointer, _ header: ParquetPageHeader
  ) throws(ParquetFault) {
    let levelBytes = header.repetitionBytes + header.definitionBytes
    let levels = UnsafeRawBufferPointer(rebasing: stored[header.repetitionBytes..<levelBytes])
    let rest = UnsafeRawBufferPointer(rebasing: stored[levelBytes...])
    let count = header.plainBytes - levelBytes
    guard header.isCompressed || rest.count == count else {
      throw .damaged("a page of another size than it states")
    }
    presence = isOptional ? try ParquetRuns(levels, width: 1) : nil
    try begin(header.isCompressed ? try pageBytes(rest, count: count) : rest, header)
  }

  /// Gets the values of a page ready, of which nothing but they is left.
  private func begin(
    _ bytes: UnsafeRawBufferPointer, _ header: ParquetPageHeader
  ) throws(ParquetFault) {
    values = try makeValues(bytes, header.encoding)
    rowsLeft = header.valueCount
  }

  private func pageBytes(
    _ stored: UnsafeRawBufferPointer, count: Int
  ) throws(ParquetFault) -> UnsafeRawBufferPointer {
    guard codec?.isNone == true, stored.count == count else {
      return try plainBytes(stored, count: count, in: plain)
    }
    return stored
  }

  private func plainBytes(
    _ stored: UnsafeRawBufferPointer, count: Int, in room: ByteRoom
  ) throws(ParquetFault) -> UnsafeRawBufferPointer {
    let target = UnsafeMutableRawBufferPointer(rebasing: try room.take(max(1, count))[..<count])
    try codec?.decompress(stored, into: target)
    return UnsafeRawBufferPointer(target)
  }

  /// Cuts bytes off that stand behind their length of four bytes.
  private static func cutSized(
    _ bytes: inout UnsafeRawBufferPointer
  ) throws(ParquetFault) -> UnsafeRawBufferPointer {
    guard bytes.count >= 4 else { throw .damaged("levels end too early") }
    let count = Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
    guard count <= bytes.count - 4 else { throw .damaged("levels end too early") }
    defer { bytes = UnsafeRawBufferPointer(rebasing: bytes[(4 + count)...]) }
    return UnsafeRawBufferPointer(rebasing: bytes[4..<(4 + count)])
  }

  // MARK: Encodings

  private func makeValues(
    _ bytes: UnsafeRawBufferPointer, _ encoding: Int
  ) throws(ParquetFault) -> any ParquetValues {
    switch (ParquetEncoding(rawValue: encoding), type) {
    case (.plain, _): return try plainValues(bytes)
    case (.dictionary, _), (.plainDictionary, _):
      // Of nulls alone there is no dictionary, and no byte.
      guard let width = bytes.first else { return PlainStrings(bytes) }
      let places = UnsafeRawBufferPointer(rebasing: bytes[1...])
      return try RunValues(places, width: Int(width), dictionary: dictionary ?? [])
    case (.runs, .boolean):
      var bytes = bytes
      return try RunValues(try Self.cutSized(&bytes), width: 1, dictionary: nil)
    case (.deltaIntegers, .int32), (.deltaIntegers, .int64):
      return DeltaIntegers(deltas: try ParquetDeltas(bytes), isSmall: type == .int32)
    case (.deltaLengths, .bytes): return try DeltaLengthStrings(bytes)
    case (.deltaStrings, .bytes): return try DeltaStrings(bytes)
    case (.splitBytes, _):
      guard let width = type.width, width <= 8 else { break }
      return PlainNumbers(bytes, width: width, isSplit: true)
    default: break
    }
    throw .column(name, problem: "is written in an encoding that is not read (number \(encoding))")
  }

  private func plainValues(_ bytes: UnsafeRawBufferPointer) throws(ParquetFault)
    -> any ParquetValues
  {
    if type == .bytes { return PlainStrings(bytes) }
    if let width = type.width { return PlainNumbers(bytes, width: width, isSplit: false) }
    return PlainBooleans(bytes)
  }
}
