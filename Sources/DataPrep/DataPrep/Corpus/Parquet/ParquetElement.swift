/// An element of a Parquet schema: the root, a group, or a column.
struct ParquetElement {
  var name = ""
  /// The physical type; nil for a group.
  var type: Int?
  var repetition = Repetition.required
  var childCount = 0
  private var convertedType: Int?
  private var logical: Logical?

  enum Repetition: Int {
    case required, optional, repeated
  }

  enum Unit: Int {
    case milliseconds = 1
    case microseconds, nanoseconds

    var perSecond: Int64 {
      switch self {
      case .milliseconds: 1_000
      case .microseconds: 1_000_000
      case .nanoseconds: 1_000_000_000
      }
    }
  }

  /// What the newer of the two annotations says.
  private enum Logical {
    case string, json, null, date
    case time(Unit)
    case timestamp(Unit, isUTC: Bool)
    case integer(isSigned: Bool)
    case other(String)
  }

  init(_ reader: inout ThriftReader) throws(ParquetFault) {
    var element = Self()
    try reader.forEachField { (reader, field) throws(ParquetFault) in
      switch field.id {
      case 1: element.type = try reader.integer(field)
      case 3:
        guard let found = Repetition(rawValue: try reader.integer(field)) else {
          throw .damaged("a column of an unknown repetition")
        }
        element.repetition = found
      case 4: element.name = try reader.string(field)
      case 5: element.childCount = try reader.integer(field)
      case 6: element.convertedType = try reader.integer(field)
      case 10: element.logical = try Self.logical(field, &reader)
      default: try reader.pass(field)
      }
    }
    self = element
  }

  private init() {}

  private static let otherTypes = [
    2: "a map", 3: "a list", 5: "a decimal number", 13: "BSON", 14: "a UUID",
    15: "a 16-bit float", 16: "a variant", 17: "a geometry", 18: "a geography",
  ]

  private static func logical(
    _ field: ThriftReader.Field, _ reader: inout ThriftReader
  ) throws(ParquetFault) -> Logical? {
    var found: Logical?
    try reader.forEachField(of: field) { (reader, field) throws(ParquetFault) in
      switch field.id {
      case 1, 4: found = .string
      case 6: found = .date
      case 7, 8: return found = try moment(field, &reader)
      case 10: return found = .integer(isSigned: try isSigned(field, &reader))
      case 11: found = .null
      case 12: found = .json
      default: found = otherTypes[field.id].map(Logical.other)
      }
      try reader.pass(field)
    }
    return found
  }

  private static func moment(
    _ field: ThriftReader.Field, _ reader: inout ThriftReader
  ) throws(ParquetFault) -> Logical {
    var (isUTC, unit): (Bool, Unit?) = (false, nil)
    try reader.forEachField(of: field) { (reader, inner) throws(ParquetFault) in
      switch inner.id {
      case 1: isUTC = try reader.boolean(inner)
      case 2:
        try reader.forEachField(of: inner) { (reader, choice) throws(ParquetFault) in
          unit = Unit(rawValue: choice.id)
          try reader.pass(choice)
        }
      default: try reader.pass(inner)
      }
    }
    guard let unit else { return .other("a time of an unknown unit") }
    return field.id == 7 ? .time(unit) : .timestamp(unit, isUTC: isUTC)
  }

  private static func isSigned(
    _ field: ThriftReader.Field, _ reader: inout ThriftReader
  ) throws(ParquetFault) -> Bool {
    var isSigned = true
    try reader.forEachField(of: field) { (reader, inner) throws(ParquetFault) in
      if inner.id == 2 { isSigned = try reader.boolean(inner) } else { try reader.pass(inner) }
    }
    return isSigned
  }
}

extension ParquetElement {
  /// What the column's values mean, or why no field can be made of them. `isText` allows bytes without annotation.
  func meaning(isText: Bool) throws(ParquetFault) -> ParquetMeaning {
    guard repetition != .repeated else { throw refusal("is a list") }
    guard let physical = ParquetType(rawValue: type ?? -1) else {
      throw .damaged("the column \"\(name)\" is of an unknown type")
    }
    if case .other(let kind)? = logical { throw refusal("is \(kind)") }
    switch physical {
    case .boolean: return .boolean
    case .float: return .float
    case .double: return .double
    case .int96: return .timestamp96
    case .fixedBytes: throw refusal("is of bytes of a fixed length")
    case .bytes:
      if isText || isString { return .string }
      throw refusal(convertedType == 5 ? "is a decimal number" : "is of bytes without a meaning")
    case .int32: return try smallMeaning()
    case .int64: return try largeMeaning()
    }
  }

  private func refusal(_ problem: String) -> ParquetFault { .column(name, problem: problem) }

  private var isString: Bool {
    switch logical {
    case .string, .json: true
    case nil: [0, 4, 19].contains(convertedType)  // UTF8, ENUM, JSON
    default: false
    }
  }

  private func smallMeaning() throws(ParquetFault) -> ParquetMeaning {
    switch logical {
    case .date: return .date
    case .time(.milliseconds): return .time(.milliseconds)
    case .integer(let isSigned): return isSigned ? .integer : .unsigned32
    case .null: return .integer
    case nil: break
    default: throw refusal("has an annotation that does not go with 32-bit integers")
    }
    switch convertedType {
    case 5: throw refusal("is a decimal number")
    case 6: return .date
    case 7: return .time(.milliseconds)
    case 11, 12, 13: return .unsigned32
    default: return .integer
    }
  }

  private func largeMeaning() throws(ParquetFault) -> ParquetMeaning {
    switch logical {
    case .time(let unit): return .time(unit)
    case .timestamp(let unit, let isUTC): return .timestamp(unit, isUTC: isUTC)
    case .integer(let isSigned): return isSigned ? .integer : .unsigned64
    case .null: return .integer
    case nil: break
    default: throw refusal("has an annotation that does not go with 64-bit integers")
    }
    switch convertedType {
    case 5: throw refusal("is a decimal number")
    case 8: return .time(.microseconds)
    case 9: return .timestamp(.milliseconds, isUTC: true)
    case 10: return .timestamp(.microseconds, isUTC: true)
    case 14: return .unsigned64
    default: return .integer
    }
  }
}

/// How values are stored.
enum ParquetType: Int {
  case boolean, int32, int64, int96, float, double, bytes, fixedBytes

  /// Bytes of a plain value; nil where that is no fixed number.
  var width: Int? {
    switch self {
    case .int32, .float: 4
    case .int64, .double: 8
    case .int96: 12
    case .boolean, .bytes, .fixedBytes: nil
    }
  }
}

/// What values stand for in a document.
enum ParquetMeaning: Equatable {
  case string, boolean, integer, unsigned32, unsigned64, float, double, date
  case time(ParquetElement.Unit)
  case timestamp(ParquetElement.Unit, isUTC: Bool)
  /// Nanoseconds of a day, and the day: an older form that Spark and Impala wrote.
  case timestamp96
}
