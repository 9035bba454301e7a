import RingProtocol

/// What a mode has found about the documents of a part, block after block.
final class FindingStream {
  private let sorted: SortedRecords<Finding>
  private var ahead: Finding?

  /// - Parameters:
  ///   - paths: the files of findings, of every step that wrote some.
  ///   - memory: bytes for sorting them.
  init(_ paths: [String], memory: Int, spillFolder: String) throws(FileError) {
    let sort = ExternalSort<Finding>(memory: memory, spillFolder: spillFolder)
    for path in paths { try sort.add(contentsOf: path) }
    sorted = try sort.sorted()
    ahead = try sorted.next()
  }

  /// The findings about the documents of a block, by document. Blocks are asked for in rising order.
  func findings(inBlock block: Int) throws(FileError) -> [Finding] {
    var found: [Finding] = []
    while let finding = ahead, Ordinal.block(of: finding.ordinal) <= block {
      if Ordinal.block(of: finding.ordinal) == block { found.append(finding) }
      ahead = try sorted.next()
    }
    return found
  }
}
