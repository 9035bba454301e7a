import CramCommand
import RingProtocol
import Shards

extension TracedPiece {
  /// `{"id", "file", "source", "offset", "tokens"}`.
  var json: JSONValue {
    [
      "id": .string(origin.id), "file": .string(origin.file),
      "source": origin.source.map { .string($0) } ?? .null, "offset": .unsigned(offset),
      "tokens": .int(Int64(tokens)),
    ]
  }

  /// The piece in one line for people.
  var line: String {
    let source = origin.source.map { ", source \($0)" } ?? ""
    let last = offset + UInt64(tokens)
    return "  \(origin.id)  tokens \(offset)..<\(last)  of \(origin.file)\(source)"
  }
}
