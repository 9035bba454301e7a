/// The rows of a Parquet file as lines of JSON: a field for each column, in the order of the columns.
///
/// Rows are made as they are asked for: of each column one page and one dictionary are held.
final class ParquetRows {
  private let path: String
  private let lineLimit: UInt64
  private let file: ParquetFile
  private let rowGroups: [ParquetRowGroup]
  private let columns: [ParquetColumn]
  /// What stands before each value: `{"id": `, `, "text": `.
  private let keys: [[UInt8]]

  private var nextGroup = 0
  private var rowsLeft = 0  // of the row group
  private var batch = 0..<0  // rows of the cells that are not written yet
  private var row = 0  // of the file
  private var lines = RowWriter()
  private var given = 0  // bytes of the lines

  private static let linesBytes = 256 << 10

  /// Reads the footer.
  ///
  /// - Parameter descriptor: of a file that can be read anywhere; owned from now on.
  init(_ descriptor: Int32, path: String, inputs: CorpusInputs) throws(CorpusError) {
    (self.path, lineLimit) = (path, inputs.lineLimit)
    file = ParquetFile(descriptor, path: path)
    do throws(ParquetFault) {
      let metadata = try file.metadata()
      rowGroups = metadata.rowGroups
      columns = try Self.columns(of: metadata, file, inputs)
    } catch { throw error.error(path: path, lineLimit: inputs.lineLimit) }
    guard columns.contains(where: { $0.name == inputs.textField }) else {
      throw .noColumn(path: path, column: inputs.textField, found: columns.map(\.name))
    }
    keys = columns.enumerated().map { index, column in
      var key = Array((index == 0 ? "{" : ", ").utf8)
      appendJSONString(column.name, to: &key)
      return key + Array(": ".utf8)
    }
  }

  private static func columns(
    of metadata: ParquetMetadata, _ file: ParquetFile, _ inputs: CorpusInputs
  ) throws(ParquetFault) -> [ParquetColumn] {
    guard let root = metadata.schema.first else { throw .damaged("it has no schema") }
    let elements = metadata.schema.dropFirst()
    if let group = elements.first(where: { $0.childCount != 0 || $0.type == nil }) {
      throw .column(group.name, problem: "is nested (a list, a map or a structure)")
    }
    guard root.childCount == elements.count,
      metadata.rowGroups.allSatisfy({ $0.columns.count == elements.count })
    else { throw .damaged("schema and row groups have different columns") }
    var columns: [ParquetColumn] = []
    for element in elements {
      let isText = [inputs.textField, inputs.idField].contains(element.name)
      columns.append(try ParquetColumn(element, isText: isText, file: file))
    }
    return columns
  }

  /// Bytes of the file read so far.
  var storedCount: UInt64 { file.readCount }

  /// The next bytes of the lines, at most `target.count`; 0 at the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(CorpusError) -> Int {
    if given == lines.bytes.count {
      do throws(ParquetFault) { try writeLines() } catch {
        throw error.error(path: path, lineLimit: lineLimit)
      }
    }
    let count = min(target.count, lines.bytes.count - given)
    target.copyMemory(from: UnsafeRawBufferPointer(rebasing: lines.bytes[given..<(given + count)]))
    given += count
    return count
  }

  // MARK: Rows

  private func writeLines() throws(ParquetFault) {
    lines.clear()
    given = 0
    while lines.bytes.count < Self.linesBytes {
      if batch.isEmpty {
        guard try nextBatch() else { return }
      }
      try writeRow(batch.lowerBound)
      batch = (batch.lowerBound + 1)..<batch.upperBound
    }
  }

  /// Reads rows of all columns, as many as no page ends before; false at the end.
  private func nextBatch() throws(ParquetFault) -> Bool {
    while rowsLeft == 0 {
      guard nextGroup < rowGroups.count else { return false }
      rowsLeft = rowGroups[nextGroup].rowCount
      for (column, chunk) in zip(columns, rowGroups[nextGroup].columns) where rowsLeft > 0 {
        try column.begin(chunk)
      }
      nextGroup += 1
    }
    var count = rowsLeft
    for column in columns { count = min(count, try column.available()) }
    for column in columns { try column.read(count) }
    rowsLeft -= count
    batch = 0..<count
    return true
  }

  private func writeRow(_ index: Int) throws(ParquetFault) {
    row += 1
    var bytes = 0
    for (key, column) in zip(keys, columns) {
      try lines.append(key)
      let cell = column.cells[index]
      if column.meaning == .string, cell.address != nil {
        bytes += cell.value
        guard UInt64(bytes) <= lineLimit else { throw .lineTooLong(row: row) }
      }
      try write(cell, column.meaning)
    }
    try lines.append("}\n" as StaticString)
  }

  private func write(_ cell: ParquetCell, _ meaning: ParquetMeaning) throws(ParquetFault) {
    guard let address = cell.address else { return try lines.append("null" as StaticString) }
    switch meaning {
    case .string:
      try lines.append(string: UnsafeRawBufferPointer(start: address, count: cell.value))
    case .boolean: try lines.append(cell.value == 1 ? "true" : "false" as StaticString)
    case .integer: try lines.append(cell.value)
    case .unsigned32: try lines.append(UInt64(UInt32(truncatingIfNeeded: cell.value)))
    case .unsigned64: try lines.append(UInt64(bitPattern: Int64(cell.value)))
    case .float:
      try lines.append(Double(Float(bitPattern: UInt32(truncatingIfNeeded: cell.value))))
    case .double: try lines.append(Double(bitPattern: UInt64(bitPattern: Int64(cell.value))))
    case .date: try lines.append(date: Int64(cell.value))
    case .time(let unit): try lines.append(time: Int64(cell.value), unit: unit)
    case .timestamp(let unit, let isUTC):
      try lines.append(timestamp: Int64(cell.value), unit: unit, isUTC: isUTC)
    case .timestamp96: try lines.append(timestamp96: address)
    }
  }
}
