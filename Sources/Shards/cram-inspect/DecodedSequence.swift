import Glibc
import RingProtocol
import Shards
import Tokenization

/// One sequence, for people and for machines.
struct DecodedSequence {
  let number: UInt64
  let ids: [UInt32]
  let tokenizer: Tokenizer?

  /// `{"sequence", "ids", "text"}`; the text has no special tokens, and is missing without a tokenizer.
  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("sequence", .unsigned(number)),
      .init("ids", .array(ids.map { .int(Int64($0)) })),
    ]
    if let tokenizer {
      let text = tokenizer.decode(ids.map(Int.init), skippingSpecials: true)
      members.append(.init("text", .string(text)))
    }
    return .object(members)
  }

  /// The text with its special tokens, or the ids.
  var lines: [String] {
    let content =
      tokenizer?.decode(ids.map(Int.init)) ?? ids.map(String.init).joined(separator: " ")
    return ["sequence \(number)", "  " + content]
  }
}

/// The tokenizer of a dataset: tokenizer.json in its folder or in one above it, known by its digest.
struct TokenizerSearch {
  private(set) var tokenizer: Tokenizer?
  /// Why there is none.
  private(set) var note: String?

  init(_ target: InspectionTarget) {
    note = "no tokenizer.json in \(target.folder) or above it: only ids are shown"
    for folder in Self.folders(from: target.folder) {
      let path = (folder == "/" ? "" : folder) + "/tokenizer.json"
      guard Folder.kind(of: path) == .file else { continue }
      guard (try? SHA256.hex(ofFile: path)) == target.tokenizerSHA256 else {
        note = "\(path) is not the tokenizer that made \(target.folder): only ids are shown"
        continue
      }
      do throws(TokenizerError) { tokenizer = try Tokenizer.load(path) } catch {
        note = "\(error): only ids are shown"
      }
      return
    }
  }

  /// `folder` and all above it, absolute.
  private static func folders(from folder: String) -> [String] {
    guard let found = realpath(folder, nil) else { return [] }
    defer { free(found) }
    var folders = [String(cString: found)]
    while folders.last! != "/" { folders.append(Folder.parent(of: folders.last!)) }
    return folders
  }
}
