import RingProtocol
import Synchronization

/// Tokens in the shards of MosaicML StreamingDataset: every sample is a document.
///
/// Plain or zstd-compressed shards; a column of `ndarray:TYPE:N`, `ndarray:TYPE` or `bytes`.
public final class MDSFolder: TokenCollection {
  public let documentEnds: [UInt64]
  private let folder: String
  private let shards: [MDSShard]
  /// Samples before each shard, and at the end all.
  private let firstSample: [Int]
  /// Tokens before each shard, and at the end all.
  private let firstToken: [UInt64]
  private let open = Mutex<[(shard: Int, bytes: [UInt8])]>([])

  /// Shards kept unpacked at a time.
  private static let kept = 4

  /// Opens the folder with `index.json` and reads where the samples of every shard lie.
  ///
  /// - Parameters:
  ///   - column: the column with the tokens; nil: the only one of numbers, or `tokens`, or `input_ids`.
  ///   - numberOfBytes: what a column of `bytes` holds.
  public init(_ folder: String, column: String?, numbersOfBytes: String) throws {
    let path = folder + "/index.json"
    let json = try JSONValue.read(path)
    guard let entries = json["shards"]?.array, !entries.isEmpty else {
      throw ShardError.notImportable(
        path: path, found: "it lists no \"shards\"; name a folder of MDS")
    }
    var shards: [MDSShard] = []
    var (samples, tokens, ends) = ([0], [UInt64(0)], [UInt64]())
    for entry in entries {
      let shard = try MDSShard(entry, path: path, column: column, bytesAs: numbersOfBytes)
      let bytes = try shard.content(in: folder)
      for count in try shard.tokenCounts(bytes) { ends.append((ends.last ?? 0) + UInt64(count)) }
      shards.append(shard)
      samples.append(ends.count)
      tokens.append(ends.last ?? 0)
    }
    (self.folder, self.shards, documentEnds) = (folder, shards, ends)
    (firstSample, firstToken) = (samples, tokens)
  }

  public var files: [String] {
    [folder + "/index.json"] + shards.map { folder + "/" + $0.storedName }
  }

  public func read(_ range: Range<UInt64>, into target: UnsafeMutableBufferPointer<UInt32>) throws {
    var at = range.lowerBound
    var sample = document(holding: at)
    while at < range.upperBound {
      let shard = shardIndex(ofSample: sample)
      let bytes = try content(ofShard: shard)
      let end = min(range.upperBound, firstToken[shard + 1])
      while at < end {
        let begin = sample == 0 ? 0 : documentEnds[sample - 1]
        let stop = min(documentEnds[sample], end)
        if stop > at {
          let part = UnsafeMutableBufferPointer(
            rebasing: target[Int(at - range.lowerBound)..<Int(stop - range.lowerBound)])
          try shards[shard].read(
            sample - firstSample[shard], from: Int(at - begin), of: bytes, into: part)
        }
        at = stop
        if at == documentEnds[sample] { sample += 1 }
      }
    }
  }

  private func shardIndex(ofSample sample: Int) -> Int {
    var (low, high) = (0, shards.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if firstSample[middle] <= sample { low = middle } else { high = middle }
    }
    return low
  }

  private func content(ofShard shard: Int) throws -> [UInt8] {
    if let known = open.withLock({ $0.first { $0.shard == shard }?.bytes }) { return known }
    let bytes = try shards[shard].content(in: folder)
    open.withLock { open in
      if open.count == Self.kept { open.removeFirst() }
      open.append((shard, bytes))
    }
    return bytes
  }

  public func origin(of document: UInt64) -> DocumentOrigin {
    let shard = shardIndex(ofSample: Int(document))
    let name = shards[shard].name
    return DocumentOrigin(
      id: "\(name):\(Int(document) - firstSample[shard])", file: name, source: nil)
  }
}
