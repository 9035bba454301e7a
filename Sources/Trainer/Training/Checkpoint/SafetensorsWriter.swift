import RingProtocol

/// Tensors to be written as a safetensors file.
public struct SafetensorsWriter {
  /// An F32 tensor; `values` must live until `write` returns.
  public struct Tensor {
    public var name: String
    public var shape: [Int]
    public var values: UnsafeBufferPointer<Float>

    public init(name: String, shape: [Int], values: UnsafeBufferPointer<Float>) {
      precondition(shape.reduce(1, *) == values.count, "\(shape) of \(values.count) floats")
      (self.name, self.shape, self.values) = (name, shape, values)
    }
  }

  private let tensors: [Tensor]
  private let metadata: [String: String]

  /// Tensors of distinct names, in any order: the file has them by name, as the format's own library does.
  public init(_ tensors: [Tensor], metadata: [String: String] = [:]) {
    self.tensors = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    // Older readers refuse files that do not say for which framework they are.
    self.metadata = metadata.merging(["format": "pt"]) { own, _ in own }
  }

  /// Writes the file at `path`, which appears whole or not at all.
  public func write(to path: String) throws(FileError) -> FileDigest {
    var file = try DigestingFile(path: path)
    try file.write(headerBytes)
    for tensor in tensors { try file.write(UnsafeRawBufferPointer(tensor.values)) }
    return try file.commit()
  }

  /// Length and JSON, padded with spaces so that the data is 8-aligned.
  package var headerBytes: [UInt8] {
    var members = [
      JSONValue.Member(
        "__metadata__",
        .object(metadata.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }))
    ]
    var end = 0
    for tensor in tensors {
      let begin = end
      end += tensor.values.count * 4
      members.append(
        .init(
          tensor.name,
          [
            "dtype": "F32", "shape": .array(tensor.shape.map { .int(Int64($0)) }),
            "data_offsets": [.int(Int64(begin)), .int(Int64(end))],
          ]))
    }
    var json = Array(JSONValue.object(members).serialized().utf8)
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    let length = UInt64(json.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + json
  }
}

/// What a checkpoint remembers of each of its files.
public struct FileDigest: Equatable, Sendable {
  public var bytes: UInt64
  /// SHA-256 in hexadecimal.
  public var sha256: String
}

/// An atomic file whose digest is taken while it is written: it is read back only by those who verify.
struct DigestingFile: ~Copyable {
  private var file: AtomicFile
  private var digest = SHA256()

  init(path: String) throws(FileError) {
    file = try AtomicFile(path: path)
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    digest.update(bytes)
    try file.write(bytes)
  }

  mutating func write(_ bytes: [UInt8]) throws(FileError) {
    var failure: FileError?
    bytes.withUnsafeBytes { raw in
      do throws(FileError) { try write(raw) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  consuming func commit() throws(FileError) -> FileDigest {
    let count = file.count
    try file.commit()
    return FileDigest(bytes: count, sha256: digest.finalize())
  }
}
