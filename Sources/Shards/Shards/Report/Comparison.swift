import Glibc
import RingProtocol

/// What two datasets or shards have in common.
public struct Comparison: Sendable {
  public let left: Inspection
  public let right: Inspection
  /// Whether every token is the same, in the same order; nil where it would take reading them and `isDeep` is false.
  public let isSameContent: Bool?
  /// The Jensen-Shannon divergence of how often ids occur, in bits: 0 for the same, 1 where no id is in both.
  public let divergence: Double
  /// The first sequence that differs, where both have been read.
  public let firstDifference: UInt64?
  /// Sequences that occur in both, counted as often as in the one that has fewer; nil where they were not read.
  public let shared: UInt64?

  /// Compares what manifests and indexes tell; with `isDeep` every sequence too (8 bytes of memory for each).
  public init(
    _ leftPath: String, _ rightPath: String, isDeep: Bool, threads: Int,
    cancellation: CancellationFlag = CancellationFlag()
  ) throws {
    let targets = (try InspectionTarget.open(leftPath), try InspectionTarget.open(rightPath))
    let left = try DatasetReport(targets.0, path: leftPath, threads: threads)
    let right = try DatasetReport(targets.1, path: rightPath, threads: threads)
    self.left = left.inspection
    self.right = right.inspection
    divergence = Self.divergence(left.histogram, right.histogram)
    let prints = [left, right].compactMap { $0.inspection.manifest?.fingerprint }
    let byPrint: Bool? = prints.count == 2 ? prints[0] == prints[1] : nil
    guard isDeep else {
      (isSameContent, firstDifference, shared) = (byPrint, nil, nil)
      return
    }
    let hashes = (
      try Self.hashes(of: targets.0, threads, cancellation),
      try Self.hashes(of: targets.1, threads, cancellation)
    )
    let common = zip(hashes.0, hashes.1).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    let isSame = hashes.0 == hashes.1
    isSameContent = byPrint ?? isSame
    firstDifference =
      isSame ? nil : UInt64(common ?? min(hashes.0.count, hashes.1.count))
    shared = Self.shared(hashes.0, hashes.1)
  }

  /// A hash of each sequence, in order: of its tokens as numbers of 32 bits, so that both widths compare.
  private static func hashes(
    of target: InspectionTarget, _ threads: Int, _ cancellation: CancellationFlag
  ) throws -> [UInt64] {
    var hashes: [UInt64] = []
    hashes.reserveCapacity(Int(target.sequences))
    try target.forEachFrame(threads: threads) { plain, shard in
      let wide = Tokens.widened(plain, shard.header.tokenType)
      let width = shard.header.sequenceLength * 4
      return wide.withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: width).map {
          Checksum.xxh3(bytes.part($0..<$0 + width))
        }
      }
    } consume: { part in
      try cancellation.check()
      hashes += part
    }
    return hashes
  }

  private static func shared(_ left: [UInt64], _ right: [UInt64]) -> UInt64 {
    let (left, right) = (left.sorted(), right.sorted())
    var (i, j, count) = (0, 0, UInt64(0))
    while i < left.count, j < right.count {
      if left[i] == right[j] {
        (i, j, count) = (i + 1, j + 1, count + 1)
      } else if left[i] < right[j] {
        i += 1
      } else {
        j += 1
      }
    }
    return count
  }

  private static func divergence(_ left: [UInt64], _ right: [UInt64]) -> Double {
    let (sumLeft, sumRight) = (Double(left.reduce(0, +)), Double(right.reduce(0, +)))
    var sum = 0.0
    for id in 0..<max(left.count, right.count) {
      let p = id < left.count ? Double(left[id]) / sumLeft : 0
      let q = id < right.count ? Double(right[id]) / sumRight : 0
      let middle = (p + q) / 2
      if p > 0 { sum += p * log2(p / middle) / 2 }
      if q > 0 { sum += q * log2(q / middle) / 2 }
    }
    return max(0, sum)
  }

  /// Fields of both that differ, each with both values.
  public var differences: [(field: String, left: JSONValue, right: JSONValue)] {
    let skipped = ["path", "distributions", "notes", "statistics"]
    let (left, right) = (Self.flat(left.json), Self.flat(right.json))
    return left.filter { !skipped.contains($0.key) }.compactMap { member in
      let other = right.first { $0.key == member.key }?.value ?? .null
      return member.value == other ? nil : (field: member.key, left: member.value, right: other)
    }
  }

  private static func flat(_ json: JSONValue) -> [JSONValue.Member] {
    (json.members ?? []) + (json["statistics"]?.members ?? [])
  }

  public var json: JSONValue {
    [
      "left": .string(left.path), "right": .string(right.path),
      "identical": isSameContent.map { .bool($0) } ?? .null,
      "divergence_bits": .double(divergence),
      "first_difference": firstDifference.map { .unsigned($0) } ?? .null,
      "shared_sequences": shared.map { .unsigned($0) } ?? .null,
      "differences": .object(
        differences.map { .init($0.field, .array([$0.left, $0.right])) }),
    ]
  }
}
