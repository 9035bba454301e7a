import RingProtocol

/// One shard of MosaicML StreamingDataset as `index.json` describes it.
///
/// `u32 samples`, `u32` offsets of each and of the end, a description, and the samples: the sizes of the columns that have
/// no fixed one (u32 each), then the columns, in the order of their names in the description.
struct MDSShard: Sendable {
  /// The name of the plain file.
  let name: String
  private let packed: String?
  private let path: String
  private let samples: Int
  /// The size of each column; nil where every sample tells.
  private let sizes: [Int?]
  private let column: Int
  private let number: StoredNumber
  /// Whether the array's shape stands before its numbers.
  private let hasShape: Bool

  init(_ json: JSONValue, path: String, column wanted: String?, bytesAs: String) throws {
    func fault(_ found: String) -> ShardError { .notImportable(path: path, found: found) }
    guard json["format"]?.string == "mds", let samples = json["samples"]?.int, samples >= 0,
      let name = json["raw_data"]?["basename"]?.string,
      let names = json["column_names"]?.array?.compactMap(\.string),
      let encodings = json["column_encodings"]?.array?.compactMap(\.string),
      let sizes = json["column_sizes"]?.array, names.count == encodings.count,
      names.count == sizes.count
    else { throw fault("it describes a shard that is not of the format mds; name a folder of MDS") }
    let compression = json["compression"]?.string
    guard compression == nil || compression!.hasPrefix("zstd") else {
      throw fault(
        "its shards are packed by \(compression!); only zstd and plain ones are read; write it again so"
      )
    }
    let found = wanted ?? Self.tokenColumn(names, encodings)
    guard let found, let column = names.firstIndex(of: found) else {
      throw fault(
        "which of the columns \(names.joined(separator: ", ")) has the tokens? give --column")
    }
    let parts = encodings[column].split(separator: ":").map(String.init)
    let type = parts.first == "bytes" ? bytesAs : parts.count > 1 ? parts[1] : ""
    guard ["ndarray", "bytes"].contains(parts.first), let number = StoredNumber(rawValue: type)
    else {
      throw fault(
        "its column \(found) is \(encodings[column]), where ndarray:TYPE or bytes of whole numbers are read; name another by --column"
      )
    }
    (self.path, self.name, self.samples, self.column) = (path, name, Int(samples), column)
    packed = compression == nil ? nil : json["zip_data"]?["basename"]?.string
    // Several folders under one index have their names before those of the files.
    for name in [name, packed ?? name]
    where name.hasPrefix("/") || name.split(separator: "/").contains("..") {
      throw fault(
        "it names the file \(name), which lies outside of its folder; make the index again")
    }
    self.sizes = sizes.map { $0.int.map { Int($0) } }
    self.number = number
    hasShape = parts[0] == "ndarray" && parts.count == 2
  }

  private static func tokenColumn(_ names: [String], _ encodings: [String]) -> String? {
    let arrays = zip(names, encodings).filter { $0.1.hasPrefix("ndarray") }.map(\.0)
    return arrays.count == 1 ? arrays[0] : ["tokens", "input_ids"].first(where: names.contains)
  }

  /// The name of the file that is there: packed, or plain.
  var storedName: String { packed ?? name }

  /// The plain bytes of the file.
  func content(in folder: String) throws -> [UInt8] {
    guard let packed else { return try InputFile.bytes(of: folder + "/" + name) }
    let bytes = try InputFile.bytes(of: folder + "/" + packed)
    let plain = bytes.withUnsafeBytes { ZstdFrame.unpacked($0, limit: 1 << 31) }
    guard let plain else {
      throw ShardError.notImportable(
        path: folder + "/" + packed, found: "zstd cannot unpack it; copy it again")
    }
    return plain
  }

  private func fault(_ sample: Int) -> ShardError {
    .notImportable(
      path: path, found: "sample \(sample) of \(name) is not what it should be; copy it again")
  }

  /// Where the column's numbers lie in each sample.
  private func numbers(_ sample: Int, of raw: UnsafeRawBufferPointer) throws -> Range<Int> {
    guard sample < samples, raw.count >= 4 + 4 * (samples + 1),
      Int(raw.number(at: 0, as: UInt32.self)) == samples
    else { throw fault(sample) }
    var at = Int(raw.number(at: 4 + 4 * sample, as: UInt32.self))
    let end = Int(raw.number(at: 8 + 4 * sample, as: UInt32.self))
    let heads = sizes.count { $0 == nil }
    guard at >= 4 + 4 * (samples + 1), at + 4 * heads <= end, end <= raw.count else {
      throw fault(sample)
    }
    var head = at
    at += 4 * heads
    for (place, size) in sizes.enumerated() {
      let bytes: Int
      if let size {
        bytes = size
      } else {
        bytes = Int(raw.number(at: head, as: UInt32.self))
        head += 4
      }
      guard bytes >= 0, at + bytes <= end else { throw fault(sample) }
      if place == column {
        let begin = try hasShape ? at + shapeBytes(raw.part(at..<at + bytes), sample) : at
        guard begin <= at + bytes, (at + bytes - begin) % number.byteCount == 0 else {
          throw fault(sample)
        }
        return begin..<at + bytes
      }
      at += bytes
    }
    throw fault(sample)
  }

  /// Bytes of a shape: one that holds the number of dimensions and, in its two lowest bits, how their sizes are stored (1, 2,
  /// 4 or 8 bytes each), and the sizes.
  private func shapeBytes(_ bytes: UnsafeRawBufferPointer, _ sample: Int) throws -> Int {
    guard let head = bytes.first else { throw fault(sample) }
    return 1 + Int(head >> 2) << Int(head & 3)
  }

  /// How many tokens each sample has.
  func tokenCounts(_ content: [UInt8]) throws -> [Int] {
    try content.withUnsafeBytes { raw in
      try (0..<samples).map { try numbers($0, of: raw).count / number.byteCount }
    }
  }

  /// Reads tokens of a sample from the `first` on.
  func read(
    _ sample: Int, from first: Int, of content: [UInt8],
    into target: UnsafeMutableBufferPointer<UInt32>
  ) throws {
    try content.withUnsafeBytes { raw in
      let range = try numbers(sample, of: raw)
      let begin = range.lowerBound + first * number.byteCount
      guard begin + target.count * number.byteCount <= range.upperBound else { throw fault(sample) }
      let bytes = raw.part(begin..<begin + target.count * number.byteCount)
      if let bad = number.widen(bytes, into: target) {
        throw ShardError.notImportable(
          path: path,
          found:
            "sample \(sample) of \(name) holds \(bad), which is no token id; check what made it")
      }
    }
  }
}
