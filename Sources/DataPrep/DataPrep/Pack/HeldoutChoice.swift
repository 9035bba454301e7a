import Shards

/// How many documents are held out: none, a share of them, or a count.
public enum HeldoutAmount: Equatable, Sendable {
  case none
  /// Above 0 and below 1: so large a part of the documents, rounded to the nearest whole number.
  case share(Double)
  case count(UInt64)

  /// The documents to hold out of `documents`.
  public func documents(of documents: UInt64) -> UInt64 {
    switch self {
    case .none: 0
    case .share(let share): UInt64((share * Double(documents)).rounded())
    case .count(let count): min(count, documents)
    }
  }
}

/// Which documents are held out: exactly as many as asked for, every set of them as likely as any other.
///
/// The documents are drawn by a keyed permutation, so that the choice takes no memory and hangs on nothing but the seed
/// and the number of documents.
package struct HeldoutChoice: Sendable {
  private let permutation: KeyedPermutation
  private let heldout: UInt64

  package init(_ amount: HeldoutAmount, of documents: UInt64, seed: UInt64) {
    permutation = KeyedPermutation(
      count: documents, key: OrderKey.derive(purpose: "heldout", seed: seed))
    heldout = amount.documents(of: documents)
  }

  /// Whether `document` is held out.
  package func holds(_ document: UInt64) -> Bool {
    permutation[document] < heldout
  }
}
