/// What becomes of a document.
public enum Decision: Sendable, Equatable {
  /// It stays as it is.
  case keep
  /// It goes.
  case drop(Verdict)
  /// It stays with another text: valid UTF-8, shorter by exactly the bytes of `cuts`, which are not empty.
  ///
  /// A text of nothing counts as dropped, for the reason of the last cut.
  case change(text: [UInt8], cuts: [Cut])
}

/// Bytes that were cut out of a text that stays.
public struct Cut: Sendable, Equatable {
  /// The reason's name in reports.
  public var reason: String
  /// UTF-8 bytes of the text, more than none.
  public var bytes: Int

  public init(_ reason: String, bytes: Int) {
    (self.reason, self.bytes) = (reason, bytes)
  }
}
