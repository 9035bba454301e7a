import RingProtocol

/// A mode whose verdict depends on the document alone: reached whenever documents are read, before all other modes.
package protocol TextJudge: AnyObject, Sendable {
  /// Decides what becomes of a document. Called on any thread.
  func judge(
    _ document: Document, ordinal: UInt64, _ fate: inout DocumentFate,
    _ scratch: inout DigestScratch)

  /// What it has met so far, for the report.
  var facts: JSONValue { get }
}
