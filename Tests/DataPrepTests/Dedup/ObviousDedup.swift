import DataPrep

/// What `--exact`, `--near`, `--paragraph`, `--line` and `--substring` mean, in the plainest code: the judge of the fast one.
struct ObviousDedup {
  var exact: (@Sendable (String) -> String)?
  var near: NearScheme?
  var paragraph = false
  var line = false
  var substring: SubstringRule?
  var longest = false

  /// What becomes of a document.
  enum Fate: Equatable {
    case left(String)
    case dropped(String, copyOf: String?)
  }

  func fates(of documents: [ReadDocument]) -> [Fate] {
    var fates = documents.map { Fate.left($0.text) }
    if let exact { drop(documents, &fates, by: exact) }
    if let near { drop(documents, &fates, near) }
    if paragraph { cut(&fates, "paragraph-duplicate", Self.withoutParagraphs) }
    if line { cut(&fates, "line-duplicate", Self.withoutLines) }
    if let substring { cut(&fates, substring) }
    return fates
  }

  /// Without the copies that stay: which of several that is depends on more than what repeats.
  private func cut(_ fates: inout [Fate], _ rule: SubstringRule) {
    let texts = fates.map { fate in
      if case .left(let text) = fate { Array(text.utf8) } else { [UInt8]() }
    }
    for finding in plainFindings(rule, texts) {
      let text = texts[Int(finding.ordinal)]
      let left = rule.policy == .document ? [] : plainText(text, without: finding.ranges)
      fates[Int(finding.ordinal)] =
        left.isEmpty
        ? .dropped("substring-duplicate", copyOf: nil)
        : .left(String(decoding: left, as: UTF8.self))
    }
  }

  private func drop(_ documents: [ReadDocument], _ fates: inout [Fate], by key: (String) -> String)
  {
    var groups: [[UInt8]: [Int]] = [:]
    for (index, document) in documents.enumerated() {
      groups[Array(key(document.text).utf8), default: []].append(index)
    }
    for group in groups.values {
      let size = { (index: Int) in documents[index].text.utf8.count }
      let keeper = longest ? group.first { size($0) == group.map(size).max()! }! : group[0]
      for index in group where index != keeper {
        fates[index] = .dropped("exact-duplicate", copyOf: documents[keeper].name)
      }
    }
  }

  private func drop(
    _ documents: [ReadDocument], _ fates: inout [Fate], _ scheme: NearScheme
  ) {
    var scheme = scheme
    scheme.keepsLongest = longest
    let left = fates.indices.filter { if case .left = fates[$0] { true } else { false } }
    for finding in ObviousNear(left.map { documents[$0].text }, scheme).findings() {
      fates[left[Int(finding.ordinal)]] =
        .dropped("near-duplicate", copyOf: documents[left[Int(finding.keeper)]].name)
    }
  }

  private func cut(
    _ fates: inout [Fate], _ reason: String,
    _ rest: ([UInt8], (ArraySlice<UInt8>) -> Bool) -> [UInt8]?
  ) {
    var seen: Set<[UInt8]> = []
    for index in fates.indices {
      guard case .left(let text) = fates[index] else { continue }
      let left = rest(Array(text.utf8)) { !seen.insert(Array($0)).inserted }
      fates[index] =
        left.map { .left(String(decoding: $0, as: UTF8.self)) } ?? .dropped(reason, copyOf: nil)
    }
  }

  private static func isBlank(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.allSatisfy { " \t\r\n".utf8.contains($0) }
  }

  /// The text without the lines that `isGone`; nil when none is left that has more than white space.
  private static func withoutLines(_ text: [UInt8], isGone: (ArraySlice<UInt8>) -> Bool) -> [UInt8]?
  {
    let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
    let gone = lines.map { !isBlank($0) && isGone($0) }
    guard zip(lines, gone).contains(where: { !isBlank($0) && !$1 }) || !gone.contains(true) else {
      return nil
    }
    return Array(zip(lines, gone).filter { !$1 }.map(\.0).joined(separator: [0x0A]))
  }

  /// The text without the paragraphs that `isGone`; nil when none is left.
  private static func withoutParagraphs(_ text: [UInt8], isGone: (ArraySlice<UInt8>) -> Bool)
    -> [UInt8]?
  {
    // Pieces with what parts them from the next, and what stands before the first.
    var pieces: [(content: [UInt8], separator: [UInt8])] = []
    var head: [UInt8] = []
    var isInside = false
    let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      let end: [UInt8] = number + 1 < lines.count ? [0x0A] : []
      if isBlank(line) {
        if pieces.isEmpty {
          head += line + end
        } else {
          pieces[pieces.count - 1].separator += line + end
        }
        isInside = false
      } else if isInside {
        let last = pieces.count - 1
        pieces[last] = (pieces[last].content + pieces[last].separator + line, end)
      } else {
        pieces.append((Array(line), end))
        isInside = true
      }
    }
    let gone = pieces.map { isGone($0.content[...]) }
    guard gone.contains(false) || pieces.isEmpty else { return nil }
    let kept = zip(pieces, gone).filter { !$1 }.map(\.0)
    guard gone.contains(true), let tail = pieces.last?.separator else { return text }
    return head + kept.dropLast().flatMap { $0.content + $0.separator }
      + kept.last!.content + (gone.last! ? tail : kept.last!.separator)
  }
}
