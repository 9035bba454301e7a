/// What stands before each page of a column.
struct ParquetPageHeader {
  enum Kind: Int {
    case data, index, dictionary, dataV2
  }

  var kind: Kind?
  var plainBytes = -1
  var storedBytes = -1
  var checksum: UInt32?
  var valueCount = -1
  var encoding = -1
  var levelEncoding = ParquetEncoding.runs.rawValue
  /// Of a version 2 page: bytes of the levels, which stand in front and are never compressed.
  var definitionBytes = 0
  var repetitionBytes = 0
  var isCompressed = true

  init(_ reader: inout ThriftReader) throws(ParquetFault) {
    var header = Self()
    try reader.forEachField { (reader, field) throws(ParquetFault) in
      switch field.id {
      case 1: header.kind = Kind(rawValue: try reader.integer(field))
      case 2: header.plainBytes = try reader.integer(field)
      case 3: header.storedBytes = try reader.integer(field)
      case 4: header.checksum = UInt32(truncatingIfNeeded: try reader.integer(field))
      case 5, 7, 8:
        try reader.forEachField(of: field) { (reader, inner) throws(ParquetFault) in
          try header.read(inner, of: field.id, &reader)
        }
      default: try reader.pass(field)
      }
    }
    self = header
  }

  private init() {}

  private mutating func read(
    _ field: ThriftReader.Field, of kind: Int, _ reader: inout ThriftReader
  ) throws(ParquetFault) {
    switch (kind, field.id) {
    case (_, 1): valueCount = try reader.integer(field)
    case (5, 2), (7, 2), (8, 4): encoding = try reader.integer(field)
    case (5, 3): levelEncoding = try reader.integer(field)
    case (8, 5): definitionBytes = try reader.integer(field)
    case (8, 6): repetitionBytes = try reader.integer(field)
    case (8, 7): isCompressed = try reader.boolean(field)
    default: try reader.pass(field)
    }
  }

  /// Whether sizes and counts are possible for a page of at most `room` stored bytes.
  func check(room: Int) throws(ParquetFault) {
    let sizes = 0...Int(Int32.max)
    guard sizes.contains(plainBytes), sizes.contains(storedBytes), storedBytes <= room else {
      throw .damaged("a page of \(storedBytes) bytes where \(room) are left")
    }
    guard kind == .index || sizes.contains(valueCount) else {
      throw .damaged("a page of \(valueCount) values")
    }
    guard sizes.contains(definitionBytes), sizes.contains(repetitionBytes),
      definitionBytes + repetitionBytes <= min(plainBytes, storedBytes)
    else { throw .damaged("levels of more bytes than their page has") }
  }
}

/// How the values of a page are written.
enum ParquetEncoding: Int {
  case plain = 0
  case plainDictionary = 2
  case runs = 3
  case bitPacked = 4
  case deltaIntegers = 5
  case deltaLengths = 6
  case deltaStrings = 7
  case dictionary = 8
  case splitBytes = 9
}
