/// Why a corpus cannot be filtered.
public enum FilterError: Error, Equatable, CustomStringConvertible {
  case textTooLong(name: String, bytes: Int)
  case noSuchDocument(name: String)

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .textTooLong(let name, let bytes):
      "document \(name): a text of \(bytes) bytes; the quality rules take less than 2 GiB, so leave it out"
    case .noSuchDocument(let name):
      "--explain \(name): no document of the input is called so; documents without an id are called FILE:LINE"
    }
  }
}
