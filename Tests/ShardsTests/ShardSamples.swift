import Glibc
import RingProtocol
import Shards
import TestSupport

/// Sequences held in memory, seeded; each touches the documents that its place says.
struct SampleSource: SequenceSource {
  let ids: [UInt32]
  let length: Int
  let type: TokenType
  /// Sequences of one document: sequence s belongs to document s / spread.
  var spread: UInt64 = 3

  init(sequences: Int, length: Int, vocabulary: Int, type: TokenType, seed: UInt64 = 1) {
    var random = SeededNumbers(seed)
    // Low ids are frequent, so that there is something to compress.
    ids = (0..<sequences * length).map { _ in
      let draw = random.next()
      return UInt32((draw % 3 == 0 ? draw >> 8 & 7 : draw >> 8) % UInt64(vocabulary))
    }
    (self.length, self.type) = (length, type)
  }

  var count: UInt64 { UInt64(ids.count / length) }

  var hasOrigins: Bool { true }

  func catalog(of range: Range<UInt64>) -> (any DocumentCatalog)? { SampleCatalog() }

  func fill(
    _ range: Range<UInt64>, into destination: UnsafeMutableRawBufferPointer
  ) throws -> SequencePieces {
    let wanted = bytes(of: range)
    wanted.withUnsafeBytes { destination.copyMemory(from: $0) }
    var pieces = SequencePieces()
    for sequence in range { pieces.append(piece(of: sequence)) }
    return pieces
  }

  /// What a sequence holds of its document.
  func piece(of sequence: UInt64) -> DocumentPiece {
    DocumentPiece(
      document: sequence / spread, offset: sequence % spread * UInt64(length),
      tokens: UInt32(length))
  }

  /// The plain bytes of sequences.
  func bytes(of range: Range<UInt64>) -> [UInt8] {
    ids[Int(range.lowerBound) * length..<Int(range.upperBound) * length].flatMap { id in
      (0..<type.byteCount).map { UInt8(truncatingIfNeeded: id >> (8 * UInt32($0))) }
    }
  }
}

/// Document n is called `document-n`, and lies in one of two files.
struct SampleCatalog: DocumentCatalog {
  func origins(of numbers: [UInt64]) -> [DocumentOrigin] { numbers.map(Self.origin) }

  static func origin(_ number: UInt64) -> DocumentOrigin {
    DocumentOrigin(
      id: "document-\(number)", file: number < 3 ? "a.jsonl" : "b/c.jsonl.zst",
      source: number % 2 == 0 ? "even" : nil)
  }
}

func sampleDescription(
  of source: SampleSource, vocabulary: Int, frame: Int = 4, shard: UInt64 = 10, level: Int = 3,
  codec: Codec = .zstd, parity: Int = 0
) -> DatasetDescription {
  DatasetDescription(
    tokenType: source.type, sequenceLength: source.length, vocabularySize: vocabulary,
    frameSequences: frame, shardSequences: shard, codec: codec, level: level, parityGroup: parity,
    order: "natural", seed: 0, side: "train", documents: 7,
    specialTokens: [.init(content: "<pad>", id: 0), .init(content: "<sep>", id: 3)],
    roles: SpecialRoles(pad: 0, unk: 1, sep: 3),
    tokenizerSHA256: SHA256.hex(of: "tokenizer"), recipeSHA256: SHA256.hex(of: "recipe"))
}

/// Writes `source` into `folder`.
@discardableResult
func writeSample(
  _ source: SampleSource, vocabulary: Int, to folder: String, frame: Int = 4, shard: UInt64 = 10,
  codec: Codec = .zstd, parity: Int = 0, threads: Int = 1
) throws -> Manifest {
  let description = sampleDescription(
    of: source, vocabulary: vocabulary, frame: frame, shard: shard, codec: codec, parity: parity)
  return try DatasetWriter(description, folder: folder, threads: threads).write(source)
}

/// Everything a reader gives for `range`.
func read(_ range: Range<UInt64>, of dataset: Dataset, with reader: DatasetReader) throws -> [UInt8]
{
  var bytes = [UInt8](repeating: 0, count: range.count * dataset.manifest.sequenceBytes)
  var failure: ShardError?
  bytes.withUnsafeMutableBytes { buffer in
    do throws(ShardError) { try reader.read(range, into: buffer) } catch { failure = error }
  }
  if let failure { throw failure }
  return bytes
}

/// Replaces a file's content in place, without the ceremony of a durable file.
func overwrite(_ path: String, with content: [UInt8]) {
  let file = fopen(path, "w")!
  fwrite(content, 1, content.count, file)
  fclose(file)
}
