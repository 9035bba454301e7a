import RingProtocol

/// A format of others in which all sequences can be written.
public enum ExportFormat: String, CaseIterable, Sendable {
  /// One array of NumPy, `[sequences, length]`, which `numpy.load(…, mmap_mode="r")` maps.
  case npy
  /// A folder for MosaicML StreamingDataset, column `tokens`.
  case mds
  /// One Apache Parquet file with a list column `input_ids`.
  case parquet
  /// One JSON object a line, `{"input_ids": […]}`.
  case jsonl
}

/// Writes the sequences of a dataset or of a shard in stored order, every frame verified on the way.
public struct Export {
  let target: InspectionTarget
  let threads: Int

  public init(_ target: InspectionTarget, threads: Int) {
    (self.target, self.threads) = (target, threads)
  }

  /// What is known of every sequence.
  struct Shape {
    let sequences: UInt64
    let length: Int
    let type: TokenType
    var sequenceBytes: Int { length * type.byteCount }
  }

  var shape: Shape {
    switch target {
    case .dataset(let dataset):
      Shape(
        sequences: dataset.sequences, length: dataset.manifest.sequenceLength,
        type: dataset.manifest.tokenType)
    case .shard(let shard):
      Shape(
        sequences: shard.header.sequences, length: shard.header.sequenceLength,
        type: shard.header.tokenType)
    }
  }

  /// Writes `output` (a folder for `mds`, else a file), which appears whole; for `mds` its `index.json` comes last.
  public func write(
    _ format: ExportFormat, to output: String, progress: ProgressMeter? = nil,
    cancellation: CancellationFlag = CancellationFlag()
  ) throws {
    switch format {
    case .npy: try writeNPY(to: output, progress, cancellation)
    case .jsonl: try writeJSONL(to: output, progress, cancellation)
    case .mds: try writeMDS(to: output, progress, cancellation)
    case .parquet: try writeParquet(to: output, progress, cancellation)
    }
  }

  /// Hands the plain bytes of every frame, made into what `produce` says, to `consume`, in order.
  func forEachFrame<Item: Sendable>(
    _ progress: ProgressMeter?, _ cancellation: CancellationFlag,
    produce: @escaping @Sendable (UnsafeRawBufferPointer) -> Item, consume: (Item) throws -> Void
  ) throws {
    let width = shape.sequenceBytes
    try target.forEachFrame(threads: threads) { plain, _ in
      (produce(plain), UInt64(plain.count / width))
    } consume: { item, sequences in
      try cancellation.check()
      try consume(item)
      progress?.advance(by: sequences)
    }
  }

  // NumPy

  private func writeNPY(
    to path: String, _ progress: ProgressMeter?, _ cancellation: CancellationFlag
  ) throws {
    var file = try AtomicFile(path: path)
    try file.write(Self.npyHeader(shape))
    try forEachFrame(
      progress, cancellation, produce: { Array($0) }, consume: { try file.write($0) })
    try file.commit()
  }

  /// Version 1.0 of the format: magic, the size of the description, and the description, together a multiple of 64 bytes.
  static func npyHeader(_ shape: Shape) -> [UInt8] {
    let kind = shape.type == .u16 ? "<u2" : "<u4"
    var text =
      "{'descr': '\(kind)', 'fortran_order': False, 'shape': (\(shape.sequences), \(shape.length)), }"
    while (10 + text.utf8.count + 1) % 64 != 0 { text += " " }
    text += "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes.append(number: UInt16(text.utf8.count))
    return bytes + Array(text.utf8)
  }

  // JSON lines

  private func writeJSONL(
    to path: String, _ progress: ProgressMeter?, _ cancellation: CancellationFlag
  ) throws {
    let (length, type) = (shape.length, shape.type)
    var file = try AtomicFile(path: path)
    try forEachFrame(
      progress, cancellation, produce: { Self.lines(Tokens.widened($0, type), length: length) },
      consume: { try file.write($0) })
    try file.commit()
  }

  private static func lines(_ ids: [UInt32], length: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(6 * ids.count + 20 * ids.count / length)
    for (place, id) in ids.enumerated() {
      let column = place % length
      bytes.append(contentsOf: column == 0 ? Array("{\"input_ids\": [".utf8) : [0x2C, 0x20])
      bytes.append(contentsOf: String(id).utf8)
      if column == length - 1 { bytes.append(contentsOf: "]}\n".utf8) }
    }
    return bytes
  }
}
