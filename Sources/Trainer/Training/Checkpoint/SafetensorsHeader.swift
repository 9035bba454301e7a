import RingProtocol

/// Why a safetensors file cannot be used.
public enum SafetensorsError: Error, Equatable, CustomStringConvertible {
  case file(FileError)
  /// The bytes are no safetensors file; `found` says where they stop being one.
  case malformed(path: String, found: String)
  case missing(path: String, tensor: String)
  case otherShape(path: String, tensor: String, found: String, expected: String)

  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .malformed(let path, let found):
      "\(path): not a whole safetensors file, \(found); take another copy of it"
    case .missing(let path, let tensor):
      "\(path): holds no tensor \(tensor); take the file that belongs to this model"
    case .otherShape(let path, let tensor, let found, let expected):
      "\(path): tensor \(tensor) is \(found), expected \(expected); take the file that belongs to this model"
    }
  }
}

/// What a safetensors file says of its tensors: `u64 length`, so many bytes of JSON, then the data.
public struct SafetensorsHeader: Equatable, Sendable {
  /// A tensor's place in the file.
  public struct Entry: Equatable, Sendable {
    public var name: String
    /// `F32`, `BF16`, `I64`, …
    public var type: String
    /// Outermost dimension first; row-major.
    public var shape: [Int]
    /// Bytes of the data area.
    public var range: Range<Int>

    /// `F32 [2, 3]`, for messages.
    public var form: String { "\(type) \(shape)" }
  }

  /// In the order of their data.
  public var entries: [Entry]
  /// Free text by key.
  public var metadata: [String: String]
  /// Where the data area begins in the file.
  public var dataOffset: Int
  /// Bytes of the data area.
  public var dataCount: Int

  /// The longest header that is read; the format's own limit.
  static let byteLimit: UInt64 = 100_000_000

  /// Bytes of one number of each type that the format knows.
  static let sizes: [String: Int] = [
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8,
    "U32": 4, "U16": 2, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1,
  ]
}

extension SafetensorsHeader {
  /// Reads and checks the header of the open file, and that its tensors fill the data area without gap or overlap.
  public init(of file: borrowing InputFile) throws(SafetensorsError) {
    let path = file.path, size = file.size
    guard size >= 8 else { throw .malformed(path: path, found: "\(size) bytes in all") }
    let length = try Self.length(of: file, size: size)
    let text = try Self.bytes(of: file, at: 8, count: length)
    guard text.first == UInt8(ascii: "{") else {
      throw .malformed(path: path, found: "the header does not begin with {")
    }
    let json: JSONValue
    do throws(JSONError) { json = try JSONValue.parse(text) } catch {
      throw .malformed(path: path, found: "its header has \(error)")
    }
    try self.init(json, path: path, dataOffset: 8 + length, dataCount: Int(size) - 8 - length)
  }

  /// Checks what the JSON says against the size of the data area.
  package init(_ json: JSONValue, path: String, dataOffset: Int, dataCount: Int)
    throws(SafetensorsError)
  {
    guard let members = json.members else { throw .malformed(path: path, found: "no JSON object") }
    (self.dataOffset, self.dataCount, entries, metadata) = (dataOffset, dataCount, [], [:])
    var names: Set<String> = []
    for member in members {
      guard names.insert(member.key).inserted else {
        throw .malformed(path: path, found: "\(member.key) stands twice in the header")
      }
      if member.key == "__metadata__" {
        metadata = try Self.metadata(member.value, path: path)
      } else {
        entries.append(try Self.entry(member, path: path))
      }
    }
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    try checkOrder(path: path)
  }

  private func checkOrder(path: String) throws(SafetensorsError) {
    var end = 0
    for entry in entries {
      guard entry.range.lowerBound == end else {
        throw .malformed(
          path: path,
          found: "\(entry.name) begins at byte \(entry.range.lowerBound), expected \(end)")
      }
      end = entry.range.upperBound
    }
    guard end == dataCount else {
      throw .malformed(path: path, found: "\(dataCount) bytes of data, expected \(end)")
    }
  }

  private static func length(of file: borrowing InputFile, size: UInt64) throws(SafetensorsError)
    -> Int
  {
    let bytes = try bytes(of: file, at: 0, count: 8)
    let length = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length >= 2, length <= byteLimit, length <= size - 8 else {
      throw .malformed(path: file.path, found: "a header of \(length) bytes in a file of \(size)")
    }
    return Int(length)
  }

  private static func bytes(of file: borrowing InputFile, at offset: UInt64, count: Int)
    throws(SafetensorsError) -> [UInt8]
  {
    var bytes = [UInt8](repeating: 0, count: count)
    var failure: FileError?
    bytes.withUnsafeMutableBytes { raw in
      do throws(FileError) { try file.read(at: offset, into: raw) } catch { failure = error }
    }
    if let failure { throw .file(failure) }
    return bytes
  }

  private static func metadata(_ json: JSONValue, path: String) throws(SafetensorsError)
    -> [String: String]
  {
    var metadata: [String: String] = [:]
    guard let members = json.members else {
      throw .malformed(path: path, found: "__metadata__ is no object")
    }
    for member in members {
      guard let text = member.value.string else {
        throw .malformed(path: path, found: "__metadata__ has a value that is no text")
      }
      metadata[member.key] = text
    }
    return metadata
  }

  private static func entry(_ member: JSONValue.Member, path: String) throws(SafetensorsError)
    -> Entry
  {
    let name = member.key
    guard let type = member.value["dtype"]?.string, let size = sizes[type] else {
      let found = member.value["dtype"]?.string ?? "nothing"
      throw .malformed(path: path, found: "\(name) has the dtype \(found)")
    }
    guard let shape = wholeNumbers(member.value["shape"]),
      let ends = wholeNumbers(member.value["data_offsets"]), ends.count == 2, ends[0] <= ends[1]
    else { throw .malformed(path: path, found: "\(name) has no shape and data_offsets") }
    guard let count = product(shape, size), count == ends[1] - ends[0] else {
      throw .malformed(
        path: path, found: "\(name) is \(type) \(shape) in \(ends[1] - ends[0]) bytes")
    }
    return Entry(name: name, type: type, shape: shape, range: ends[0]..<ends[1])
  }

  private static func wholeNumbers(_ json: JSONValue?) -> [Int]? {
    guard let elements = json?.array else { return nil }
    let numbers = elements.compactMap { $0.int }.filter { $0 >= 0 }
    return numbers.count == elements.count ? numbers.map(Int.init) : nil
  }

  private static func product(_ shape: [Int], _ size: Int) -> Int? {
    var product = size
    for extent in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      product = next
    }
    return product
  }
}
