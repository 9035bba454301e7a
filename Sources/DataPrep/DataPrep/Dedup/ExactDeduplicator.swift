import RingProtocol

/// Drops a document whose exact text was already seen.
///
/// The first copy in reading order stays. Only a 128-bit digest (XXH3) is kept for each distinct text, never the text: two
/// different texts are taken for one with a probability below 10⁻²⁰ in a corpus of 10⁹ documents.
///
/// - Complexity: O(*n*) time in the bytes read; about 32 bytes of memory for each distinct text, and its name where names are kept.
public final class ExactDeduplicator: DocumentJudge, @unchecked Sendable {
  /// The reason that reports give.
  public static let reason = "exact-duplicate"

  private let keepsNames: Bool
  private var seen: Set<UInt128> = []
  /// Where in `names` the name of the first copy begins.
  private var firstCopies: [UInt128: Int] = [:]
  private var names: [UInt8] = []

  /// - Parameter keepsNames: whether verdicts say which document stays; costs the memory of one name for each distinct text.
  public init(keepsNames: Bool) {
    self.keepsNames = keepsNames
  }

  public func makeScratch() {}

  public func judge(_ block: DocumentBlock, scratch: inout Void, turn: Corpus.Turn) throws
    -> [Decision]
  {
    let digests = block.documents.map { Checksum.xxh3_128($0.text) }
    var decisions: [Decision] = []
    decisions.reserveCapacity(digests.count)
    try turn.inOrder {
      for (document, digest) in zip(block.documents, digests) {
        decisions.append(keepsNames ? admit(digest, document) : admit(digest))
      }
    }
    return decisions
  }

  private func admit(_ digest: UInt128) -> Decision {
    seen.insert(digest).inserted ? .keep : .drop(Verdict(Self.reason))
  }

  private func admit(_ digest: UInt128, _ document: Document) -> Decision {
    if let place = firstCopies[digest] {
      return .drop(Verdict(Self.reason, copyOf: name(at: place)))
    }
    firstCopies[digest] = names.count
    names += Array(document.name.utf8)
    names.append(0xFF)  // no byte of UTF-8
    return .keep
  }

  private func name(at place: Int) -> String {
    String(decoding: names[place...].prefix { $0 != 0xFF }, as: UTF8.self)
  }
}
