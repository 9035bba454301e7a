import RingProtocol

/// MosaicML's MDS, version 2: in each shard the number of samples, where each begins, the columns as JSON, the samples.
/// One column `tokens`, an array of fixed type and length, so that a sample is exactly the plain ids.
extension Export {
  /// Bytes of a shard, as MosaicML's own writer has them by default.
  private static let shardBytes = 1 << 26

  func writeMDS(
    to folder: String, _ progress: ProgressMeter?, _ cancellation: CancellationFlag
  ) throws {
    try Folder.create(folder)
    // Shards without an index are what a stopped run left.
    if let name = try Folder.entries(of: folder).first(where: {
      $0 == "index.json" || !Self.isMDS($0)
    }) {
      throw OutputFolderError.foreign(path: folder, name: name)
    }
    for name in try Folder.entries(of: folder) { try Folder.remove(folder + "/" + name) }
    let columns = self.columns
    let capacity = max(
      1, (Self.shardBytes - columns.serialized().utf8.count - 8) / (shape.sequenceBytes + 4))
    var waiting: [UInt8] = []
    var shards: [JSONValue] = []
    func flush(_ sequences: Int) throws(FileError) {
      let bytes = sequences * shape.sequenceBytes
      shards.append(
        try writeMDSShard(number: shards.count, waiting[..<bytes], columns, to: folder))
      waiting.removeFirst(bytes)
    }
    try forEachFrame(progress, cancellation, produce: { Array($0) }) { plain in
      waiting += plain
      while waiting.count >= capacity * shape.sequenceBytes { try flush(capacity) }
    }
    if !waiting.isEmpty { try flush(waiting.count / shape.sequenceBytes) }
    let index: JSONValue = ["version": 2, "shards": .array(shards)]
    try AtomicFile.replace(folder + "/index.json", with: index.serialized())
  }

  private static func isMDS(_ name: String) -> Bool {
    (name.hasPrefix("shard.") && name.contains(".mds"))
      || name == "index.json.tmp"
  }

  /// What a shard says of its columns.
  private var columns: JSONValue {
    let name = shape.type == .u16 ? "uint16" : "uint32"
    return [
      "column_encodings": [.string("ndarray:\(name):\(shape.length)")],
      "column_names": ["tokens"], "column_sizes": [.int(Int64(shape.sequenceBytes))],
      "compression": .null, "format": "mds", "hashes": [],
      "size_limit": .int(Int64(Self.shardBytes)), "version": 2,
    ]
  }

  private func writeMDSShard(
    number: Int, _ samples: ArraySlice<UInt8>, _ columns: JSONValue, to folder: String
  ) throws(FileError) -> JSONValue {
    let count = samples.count / shape.sequenceBytes
    let config = Array(columns.serialized().utf8)
    let begin = 4 + 4 * (count + 1) + config.count
    var head: [UInt8] = []
    head.append(number: UInt32(count))
    for sample in 0...count { head.append(number: UInt32(begin + sample * shape.sequenceBytes)) }
    let digits = String(number)
    let name = "shard." + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".mds"
    try AtomicFile.replace(folder + "/" + name, with: head + config + samples)
    var entry = columns
    entry["raw_data"] = [
      "basename": .string(name), "bytes": .int(Int64(begin + samples.count)), "hashes": .object([]),
    ]
    entry["samples"] = .int(Int64(count))
    entry["zip_data"] = .null
    return entry
  }
}
