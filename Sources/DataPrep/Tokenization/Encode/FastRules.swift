import CTextKernels

/// What the fast way has to know of a tokenizer; nil where only the obvious way will do.
///
/// The fast way takes ASCII text word by word. It is valid where each byte is normalized without regard to bytes of other words,
/// and keeps its kind: so every step that can change ASCII text is looked at, and every byte is sent through all of them.
final class FastRules: @unchecked Sendable {
  /// Never changed after `init`.
  let pointer: UnsafeMutablePointer<cram_word_rules>
  /// Whether ids need more than 16 bits.
  let isWide: Bool

  private let places: UnsafeMutableBufferPointer<cram_piece_place>
  private let ids: UnsafeMutableBufferPointer<UInt32>
  private let tokens: UnsafeMutableBufferPointer<UInt8>
  private let tokenEnds: UnsafeMutableBufferPointer<UInt32>

  /// - Parameters:
  ///   - pieces: of the model, with their ids.
  ///   - highestID: the largest of all ids.
  init?(
    _ pipeline: Pipeline, pieces: some Sequence<(piece: String, id: Int)>, prefix: String,
    highestID: Int
  ) {
    guard let bytes = ByteKinds(pipeline) else { return nil }
    let tree = PieceTree(pieces: pieces, prefix: prefix)
    isWide = highestID > Int(UInt16.max)
    places = .copy(tree.places)
    ids = .copy(tree.ids)
    let contents = pipeline.rawTokens.contents
    tokens = .copy(contents.joined())
    var end: UInt32 = 0
    tokenEnds = .copy(
      contents.map {
        end += UInt32($0.count); return end
      })
    pointer = .allocate(capacity: 1)
    pointer.initialize(to: cram_word_rules())
    bytes.store(into: pointer)
    pointer.pointee.longest_word = UInt32(clamping: pipeline.model.longestWord)
    pointer.pointee.unknown = pipeline.model.unknown
    pointer.pointee.places = UnsafePointer(places.baseAddress)
    pointer.pointee.place_count = UInt32(places.count)
    pointer.pointee.place_ids = UnsafePointer(ids.baseAddress)
    pointer.pointee.tokens = UnsafePointer(tokens.baseAddress)
    pointer.pointee.token_ends = UnsafePointer(tokenEnds.baseAddress)
    pointer.pointee.token_count = UInt32(contents.count)
  }

  deinit {
    pointer.deallocate()
    places.deallocate()
    ids.deallocate()
    tokens.deallocate()
    tokenEnds.deallocate()
  }
}

extension UnsafeMutableBufferPointer {
  /// The elements of `source` in memory of their own.
  fileprivate static func copy(_ source: some Sequence<Element>) -> Self {
    let elements = Array(source)
    let copy = Self.allocate(capacity: elements.count)
    _ = copy.initialize(from: elements)
    return copy
  }
}
