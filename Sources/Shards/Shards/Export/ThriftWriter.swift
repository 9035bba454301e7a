/// Thrift's compact protocol, as much of it as Parquet's metadata needs.
struct ThriftWriter {
  private(set) var bytes: [UInt8] = []
  private var lastField = 0
  private var outerFields: [Int] = []

  private enum Kind: UInt8 {
    case int32 = 5
    case int64 = 6
    case binary = 8
    case list = 9
    case structure = 12
  }

  private mutating func begin(_ field: Int, _ kind: Kind) {
    let step = field - lastField
    precondition((1...15).contains(step), "field \(field) after \(lastField)")
    bytes.append(UInt8(step) << 4 | kind.rawValue)
    lastField = field
  }

  private mutating func append(zigzag number: Int64) {
    bytes.append(variable: UInt64(bitPattern: number << 1 ^ number >> 63))
  }

  mutating func int32(_ field: Int, _ number: Int) {
    begin(field, .int32)
    append(zigzag: Int64(number))
  }

  mutating func int64(_ field: Int, _ number: UInt64) {
    begin(field, .int64)
    append(zigzag: Int64(number))
  }

  mutating func text(_ field: Int, _ text: String) {
    begin(field, .binary)
    bytes.append(text: text)
  }

  mutating func structure(_ field: Int, _ body: (inout ThriftWriter) -> Void) {
    begin(field, .structure)
    nested(body)
  }

  mutating func structures<Element>(
    _ field: Int, _ elements: [Element], _ body: (inout ThriftWriter, Element) -> Void
  ) {
    begin(field, .list)
    listHead(elements.count, .structure)
    for element in elements { nested { body(&$0, element) } }
  }

  mutating func int32s(_ field: Int, _ numbers: [Int]) {
    begin(field, .list)
    listHead(numbers.count, .int32)
    for number in numbers { append(zigzag: Int64(number)) }
  }

  mutating func texts(_ field: Int, _ texts: [String]) {
    begin(field, .list)
    listHead(texts.count, .binary)
    for text in texts { bytes.append(text: text) }
  }

  /// Ends a structure that stands alone.
  mutating func stop() { bytes.append(0) }

  private mutating func listHead(_ count: Int, _ kind: Kind) {
    if count < 15 {
      bytes.append(UInt8(count) << 4 | kind.rawValue)
    } else {
      bytes.append(0xF0 | kind.rawValue)
      bytes.append(variable: UInt64(count))
    }
  }

  private mutating func nested(_ body: (inout ThriftWriter) -> Void) {
    outerFields.append(lastField)
    lastField = 0
    body(&self)
    stop()
    lastField = outerFields.removeLast()
  }
}
