/// What the footer of a Parquet file says. (https://github.com/apache/parquet-format: parquet.thrift)
struct ParquetMetadata {
  /// All elements of the schema, the root first.
  var schema: [ParquetElement] = []
  var rowGroups: [ParquetRowGroup] = []
  var isEncrypted = false

  init(_ footer: UnsafeRawBufferPointer) throws(ParquetFault) {
    var all = Self()
    var reader = ThriftReader(footer)
    try reader.forEachField { (reader, field) throws(ParquetFault) in
      switch field.id {
      case 2:
        try reader.forEachStruct(of: field) { (reader) throws(ParquetFault) in
          all.schema.append(try ParquetElement(&reader))
        }
      case 4:
        try reader.forEachStruct(of: field) { (reader) throws(ParquetFault) in
          all.rowGroups.append(try ParquetRowGroup(&reader))
        }
      case 8:
        all.isEncrypted = true
        try reader.pass(field)
      default: try reader.pass(field)
      }
    }
    self = all
  }

  private init() {}
}

/// A run of rows, stored column by column.
struct ParquetRowGroup {
  var columns: [ParquetChunk] = []
  var rowCount = 0

  init(_ reader: inout ThriftReader) throws(ParquetFault) {
    var (columns, rowCount): ([ParquetChunk], Int) = ([], -1)
    try reader.forEachField { (reader, field) throws(ParquetFault) in
      switch field.id {
      case 1:
        try reader.forEachStruct(of: field) { (reader) throws(ParquetFault) in
          columns.append(try ParquetChunk(&reader))
        }
      case 3: rowCount = try reader.integer(field)
      default: try reader.pass(field)
      }
    }
    guard rowCount >= 0 else { throw .damaged("a row group of \(rowCount) rows") }
    (self.columns, self.rowCount) = (columns, rowCount)
  }
}

/// Where one column of a row group is stored.
struct ParquetChunk {
  var isElsewhere = false
  var isEncrypted = false
  var type = -1
  var codec = -1
  var compressedBytes = -1
  var dataOffset = -1
  var dictionaryOffset: Int?

  init(_ reader: inout ThriftReader) throws(ParquetFault) {
    var chunk = Self()
    try reader.forEachField { (reader, field) throws(ParquetFault) in
      switch field.id {
      case 1:
        chunk.isElsewhere = true
        try reader.pass(field)
      case 3:
        try reader.forEachField(of: field) { (reader, field) throws(ParquetFault) in
          try chunk.read(field, &reader)
        }
      case 8:
        chunk.isEncrypted = true
        try reader.pass(field)
      default: try reader.pass(field)
      }
    }
    self = chunk
  }

  private init() {}

  private mutating func read(
    _ field: ThriftReader.Field, _ reader: inout ThriftReader
  ) throws(ParquetFault) {
    switch field.id {
    case 1: type = try reader.integer(field)
    case 4: codec = try reader.integer(field)
    case 7: compressedBytes = try reader.integer(field)
    case 9: dataOffset = try reader.integer(field)
    case 11: dictionaryOffset = try reader.integer(field)
    default: try reader.pass(field)
    }
  }
}
