/// Reads the compact protocol of Thrift, in which Parquet writes its footer and page headers.
///
/// Every length is checked against the bytes that are there, so that nothing is allocated or walked that the file does
/// not hold. (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md)
struct ThriftReader {
  private let bytes: UnsafeRawBufferPointer
  /// Bytes read so far.
  private(set) var position = 0

  /// A field of a struct: what it is, and how its value is written.
  struct Field {
    let id: Int
    let type: UInt8
  }

  private enum Wire {
    static let stop: UInt8 = 0
    static let yes: UInt8 = 1
    static let no: UInt8 = 2
    static let byte: UInt8 = 3
    static let i64: UInt8 = 6
    static let double: UInt8 = 7
    static let binary: UInt8 = 8
    static let list: UInt8 = 9
    static let set: UInt8 = 10
    static let map: UInt8 = 11
    static let structure: UInt8 = 12
    static let uuid: UInt8 = 13
  }

  /// How deep unknown values may be nested; Parquet's own are at most five.
  private static let depthLimit = 32

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  // MARK: Structs and lists

  /// Calls `body` for each field of the struct that begins here; it must read the field's value or pass over it.
  mutating func forEachField(
    _ body: (inout ThriftReader, Field) throws(ParquetFault) -> Void
  ) throws(ParquetFault) {
    var id = 0
    while true {
      let head = try byte()
      if head == Wire.stop { return }
      let step = Int(head >> 4)
      id = step == 0 ? Int(Int16(truncatingIfNeeded: try zigzag())) : id + step
      try body(&self, Field(id: id, type: head & 15))
    }
  }

  /// The same for a field that is a struct.
  mutating func forEachField(
    of field: Field, _ body: (inout ThriftReader, Field) throws(ParquetFault) -> Void
  ) throws(ParquetFault) {
    try expect(field.type == Wire.structure)
    try forEachField(body)
  }

  /// Calls `body` for each struct of a list.
  mutating func forEachStruct(
    of field: Field, _ body: (inout ThriftReader) throws(ParquetFault) -> Void
  ) throws(ParquetFault) {
    try expect(field.type == Wire.list)
    let (count, type) = try listHead()
    try expect(count == 0 || type == Wire.structure)
    for _ in 0..<count { try body(&self) }
  }

  // MARK: Values

  /// An integer of at most 64 bits.
  mutating func integer(_ field: Field) throws(ParquetFault) -> Int {
    try expect((Wire.byte...Wire.i64).contains(field.type))
    if field.type == Wire.byte { return Int(Int8(bitPattern: try byte())) }
    return Int(try zigzag())
  }

  func boolean(_ field: Field) throws(ParquetFault) -> Bool {
    try expect(field.type == Wire.yes || field.type == Wire.no)
    return field.type == Wire.yes
  }

  /// A string, which must be UTF-8.
  mutating func string(_ field: Field) throws(ParquetFault) -> String {
    try expect(field.type == Wire.binary)
    guard let text = String(validating: try binary(), as: UTF8.self) else {
      throw .damaged("a name is not UTF-8")
    }
    return text
  }

  /// Passes over the value of a field.
  mutating func pass(_ field: Field) throws(ParquetFault) {
    // A truth value of a field stands in its head.
    guard field.type != Wire.yes, field.type != Wire.no else { return }
    try pass(type: field.type, depth: 0)
  }

  private mutating func pass(type: UInt8, depth: Int) throws(ParquetFault) {
    try expect(depth < Self.depthLimit)
    switch type {
    case Wire.yes, Wire.no, Wire.byte: try step(1)
    case 4...Wire.i64: _ = try varint()
    case Wire.double: try step(8)
    case Wire.binary: _ = try binary()
    case Wire.uuid: try step(16)
    case Wire.list, Wire.set:
      let (count, type) = try listHead()
      for _ in 0..<count { try pass(type: type, depth: depth + 1) }
    case Wire.map: try passMap(depth: depth)
    case Wire.structure:
      try forEachField { (reader, field) throws(ParquetFault) in
        guard field.type != Wire.yes, field.type != Wire.no else { return }
        try reader.pass(type: field.type, depth: depth + 1)
      }
    default: throw .damaged("a value of an unknown type")
    }
  }

  private mutating func passMap(depth: Int) throws(ParquetFault) {
    let count = try varint()
    guard count > 0 else { return }
    try expect(count <= UInt64(bytes.count - position))
    let types = try byte()
    for _ in 0..<count {
      try pass(type: types >> 4, depth: depth + 1)
      try pass(type: types & 15, depth: depth + 1)
    }
  }

  // MARK: Bytes

  /// Length and element type; there are at least as many bytes as elements.
  private mutating func listHead() throws(ParquetFault) -> (count: Int, type: UInt8) {
    let head = try byte()
    let count = head >> 4 == 15 ? try varint() : UInt64(head >> 4)
    guard count <= UInt64(bytes.count - position) else { throw .endsEarly }
    return (Int(count), head & 15)
  }

  private mutating func binary() throws(ParquetFault) -> UnsafeRawBufferPointer {
    let count = try varint()
    guard count <= UInt64(bytes.count - position) else { throw .endsEarly }
    defer { position += Int(count) }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + Int(count))])
  }

  private mutating func zigzag() throws(ParquetFault) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  private mutating func varint() throws(ParquetFault) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let next = try byte()
      value |= UInt64(next & 127) << shift
      if next < 128 { return value }
    }
    throw .damaged("an integer of more than ten bytes")
  }

  private mutating func byte() throws(ParquetFault) -> UInt8 {
    try step(1)
    return bytes[position - 1]
  }

  private mutating func step(_ count: Int) throws(ParquetFault) {
    guard bytes.count - position >= count else { throw .endsEarly }
    position += count
  }

  private func expect(_ condition: Bool) throws(ParquetFault) {
    guard condition else { throw .damaged("a field of another type than the format says") }
  }
}
