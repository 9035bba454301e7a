import RingProtocol
import Shards
import Tokenization

/// Documents as they are packed: ids as the shards store them, a separator behind each document.
struct EncodedBlock: Sendable {
  /// The tokens of all documents, end to end.
  var tokens: IDList
  /// Code points of all documents.
  var characters: UInt64 = 0
  /// The bytes of each document's tokens.
  var sizes: [Int] = []
  /// What `OriginSpool` keeps of the documents, end to end.
  var origins: [UInt8] = []
  /// The bytes of each document's part of it.
  var originSizes: [Int] = []
  var input = Tally()
  var dropped: [FaultyLine.Reason: Tally] = [:]
}

/// The ids that packing sets around documents.
struct PackingIDs: Sendable {
  /// Behind each document.
  var separator: UInt32
  /// Before each document; nil for nothing.
  var beginning: UInt32?
  /// Behind a document up to the end of its last block; nil where the next document follows at once.
  var padding: UInt32?

  /// How many tokens a document has beside those of its text.
  var countForDocument: UInt64 { beginning == nil ? 1 : 2 }
}

/// Encodes blocks of documents; one for each thread.
final class BlockEncoder {
  private let encoder: Encoder
  private let around: PackingIDs
  private let keepsOrigins: Bool

  init(_ tokenizer: Tokenizer, around: PackingIDs, keepsOrigins: Bool) {
    encoder = tokenizer.makeEncoder()
    (self.around, self.keepsOrigins) = (around, keepsOrigins)
  }

  /// Encodes the documents of `block`; lines at fault are counted.
  func encode(_ block: DocumentBlock) -> EncodedBlock {
    let ids = encoder.makeList()
    var result = EncodedBlock(tokens: ids)
    result.sizes.reserveCapacity(block.documents.count)
    for document in block.documents {
      let begin = ids.count
      if let beginning = around.beginning { ids.append(beginning) }
      encoder.encode(document.text.assumingMemoryBound(to: UInt8.self), into: ids)
      ids.append(around.separator)
      result.input.add(document.text.count)
      let characters = UInt64(document.characterCount)
      result.characters += characters
      result.sizes.append((ids.count - begin) * ids.idBytes)
      let origin = OriginSpool.record(
        of: document, characters: characters, keepsOrigin: keepsOrigins)
      result.originSizes.append(origin.count)
      result.origins += origin
    }
    (result.input, result.dropped) = Tally.counting(block.faults, with: result.input)
    return result
  }
}

extension Tally {
  /// What was read and what of it was dropped, where `faults` are lines that are no documents.
  static func counting(
    _ faults: [FaultyLine], with documents: Tally
  ) -> (input: Tally, dropped: [FaultyLine.Reason: Tally]) {
    var (input, dropped) = (documents, [FaultyLine.Reason: Tally]())
    for fault in faults {
      input.add(fault.raw.count)
      dropped[fault.reason, default: Tally()].add(fault.raw.count)
    }
    return (input, dropped)
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
