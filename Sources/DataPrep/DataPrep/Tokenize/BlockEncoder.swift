import RingProtocol
import Shards
import Tokenization

/// Documents as they are packed: ids as the shards store them, a separator behind each document.
struct EncodedBlock: Sendable {
  /// The tokens of all documents, end to end.
  var tokens: [UInt8] = []
  /// The bytes of each document's tokens.
  var sizes: [Int] = []
  /// Where the documents come from, as `OriginSpool` keeps it, end to end; empty where nobody asks.
  var origins: [UInt8] = []
  /// The bytes of each document's origin.
  var originSizes: [Int] = []
  var input = Tally()
  var dropped: [FaultyLine.Reason: Tally] = [:]
}

/// Encodes blocks of documents; one for each thread.
final class BlockEncoder {
  private let encoder: Encoder
  private let separator: UInt32
  private let tokenType: TokenType
  private let keepsOrigins: Bool
  private var ids: [UInt32] = []

  init(_ tokenizer: Tokenizer, separator: UInt32, tokenType: TokenType, keepsOrigins: Bool) {
    encoder = tokenizer.makeEncoder()
    (self.separator, self.tokenType, self.keepsOrigins) = (separator, tokenType, keepsOrigins)
  }

  /// Encodes the documents of `block`; lines at fault are counted.
  func encode(_ block: DocumentBlock) -> EncodedBlock {
    var result = EncodedBlock()
    result.sizes.reserveCapacity(block.documents.count)
    for document in block.documents {
      ids.removeAll(keepingCapacity: true)
      encoder.encode(document.text.assumingMemoryBound(to: UInt8.self), into: &ids)
      ids.append(separator)
      result.input.add(document.text.count)
      result.sizes.append(ids.count * tokenType.byteCount)
      appendIDs(to: &result.tokens)
      let origin = keepsOrigins ? OriginSpool.record(of: document) : []
      result.originSizes.append(origin.count)
      result.origins += origin
    }
    result.count(block.faults)
    return result
  }

  private func appendIDs(to tokens: inout [UInt8]) {
    switch tokenType {
    case .u32: ids.withUnsafeBytes { tokens.append(contentsOf: $0) }
    case .u16:
      let narrow = ids.map { UInt16(truncatingIfNeeded: $0).littleEndian }
      narrow.withUnsafeBytes { tokens.append(contentsOf: $0) }
    }
  }
}

extension EncodedBlock {
  /// Counts lines that are no documents as input and as dropped.
  mutating func count(_ faults: [FaultyLine]) {
    for fault in faults {
      input.add(fault.raw.count)
      dropped[fault.reason, default: Tally()].add(fault.raw.count)
    }
  }
}

extension StageReport {
  /// Adds what a block held: what was not dropped went on.
  mutating func add(input tally: Tally, dropped tallies: [FaultyLine.Reason: Tally]) {
    input += tally
    output += tally
    for (reason, tally) in tallies {
      dropped[reason.rawValue, default: Tally()] += tally
      output.documents -= tally.documents
      output.bytes -= tally.bytes
    }
  }
}
