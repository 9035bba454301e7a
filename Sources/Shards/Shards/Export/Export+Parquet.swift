import CZstd
import RingProtocol

/// Apache Parquet: a row group for each frame, in it one column chunk of one data page (version 1), plain 32-bit numbers
/// packed by zstd. The column is `required group input_ids (LIST) { repeated group list { required int32 element } }`.
extension Export {
  private static let magic = Array("PAR1".utf8)
  /// Numbers of Parquet's own: types, encodings, codecs, kinds of a column's repetition.
  private enum Number {
    static let int32 = 1
    static let required = 0
    static let repeated = 2
    static let plain = 0
    static let rle = 3
    static let zstd = 6
    static let convertedList = 3
    static let convertedUnsigned16 = 12
    static let convertedUnsigned32 = 13
    static let dataPage = 0
  }

  /// One row group as the footer lists it.
  private struct RowGroup: Sendable {
    var rows: Int
    var offset: UInt64 = 0
    /// Bytes of the page with its header, as stored and before packing.
    var storedBytes: Int
    var plainBytes: Int
    var bytes: [UInt8]
  }

  func writeParquet(
    to path: String, _ progress: ProgressMeter?, _ cancellation: CancellationFlag
  ) throws {
    let (length, type) = (shape.length, shape.type)
    var file = try AtomicFile(path: path)
    try file.write(Self.magic)
    var groups: [RowGroup] = []
    try forEachFrame(
      progress, cancellation,
      produce: { Self.rowGroup(Tokens.widened($0, type), length: length) },
      consume: { group in
        var group = group
        group.offset = file.count
        try file.write(group.bytes)
        group.bytes = []
        groups.append(group)
      })
    let footer = footer(groups)
    try file.write(footer)
    var end: [UInt8] = []
    end.append(number: UInt32(footer.count))
    try file.write(end + Self.magic)
    try file.commit()
  }

  private static func rowGroup(_ ids: [UInt32], length: Int) -> RowGroup {
    let rows = ids.count / length
    var plain: [UInt8] = []
    let repetitions = repetitionLevels(rows: rows, length: length)
    plain.append(number: UInt32(repetitions.count))
    plain += repetitions
    let definitions = run(of: 1, count: ids.count)
    plain.append(number: UInt32(definitions.count))
    plain += definitions
    plain.reserveCapacity(plain.count + 4 * ids.count)
    for id in ids { plain.append(number: id) }
    let packed = plain.withUnsafeBytes { FrameEncoder(level: 3).encode($0) }
    var header = ThriftWriter()
    header.int32(1, Number.dataPage)
    header.int32(2, plain.count)
    header.int32(3, packed.count)
    header.structure(5) {
      $0.int32(1, ids.count)
      $0.int32(2, Number.plain)
      $0.int32(3, Number.rle)
      $0.int32(4, Number.rle)
    }
    header.stop()
    return RowGroup(
      rows: rows, storedBytes: header.bytes.count + packed.count,
      plainBytes: header.bytes.count + plain.count, bytes: header.bytes + packed)
  }

  /// 0 where a row begins, 1 for its other elements.
  private static func repetitionLevels(rows: Int, length: Int) -> [UInt8] {
    let row = run(of: 0, count: 1) + (length > 1 ? run(of: 1, count: length - 1) : [])
    return length == 1 ? run(of: 0, count: rows) : (0..<rows).flatMap { _ in row }
  }

  /// A run of Parquet's RLE for numbers of one bit.
  private static func run(of value: UInt8, count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(variable: UInt64(count) << 1)
    bytes.append(value)
    return bytes
  }

  private func footer(_ groups: [RowGroup]) -> [UInt8] {
    var footer = ThriftWriter()
    footer.int32(1, 1)
    footer.structures(2, ["schema", "input_ids", "list", "element"]) { writer, name in
      self.schema(name, &writer)
    }
    footer.int64(3, shape.sequences)
    let length = shape.length
    footer.structures(4, groups) { writer, group in Self.describe(group, length: length, &writer) }
    footer.text(6, "cram \(cramVersion)")
    footer.stop()
    return footer.bytes
  }

  private func schema(_ name: String, _ writer: inout ThriftWriter) {
    if name == "element" { writer.int32(1, Number.int32) }
    if name != "schema" { writer.int32(3, name == "list" ? Number.repeated : Number.required) }
    writer.text(4, name)
    if name != "element" { writer.int32(5, 1) }
    if name == "input_ids" { writer.int32(6, Number.convertedList) }
    if name == "element" {
      writer.int32(
        6, shape.type == .u16 ? Number.convertedUnsigned16 : Number.convertedUnsigned32)
    }
  }

  private static func describe(_ group: RowGroup, length: Int, _ writer: inout ThriftWriter) {
    writer.structures(1, [group]) { writer, group in
      writer.int64(2, group.offset)
      writer.structure(3) {
        $0.int32(1, Number.int32)
        $0.int32s(2, [Number.plain, Number.rle])
        $0.texts(3, ["input_ids", "list", "element"])
        $0.int32(4, Number.zstd)
        $0.int64(5, UInt64(group.rows * length))
        $0.int64(6, UInt64(group.plainBytes))
        $0.int64(7, UInt64(group.storedBytes))
        $0.int64(9, group.offset)
      }
    }
    writer.int64(2, UInt64(group.plainBytes))
    writer.int64(3, UInt64(group.rows))
  }
}
