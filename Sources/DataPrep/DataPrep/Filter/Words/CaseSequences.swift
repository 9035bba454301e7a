/// Special cases that fell apart and are joined again: rows of words that are what a special case would be split into
/// by the rules alone, as `)` and `:` of `(a):`, which become `):`.
final class CaseSequences {
  /// Where a walk along such rows stands.
  typealias Node = UInt32
  /// A word's number among the words of all rows; 0 for any other word.
  typealias Code = UInt32

  static let root: Node = 0

  private let codes = KeyTable()
  private let steps = KeyTable()
  private var isEnd: [Bool] = [false]
  private var goesOn: [Bool] = [false]
  private var standsInside: Set<Code> = []
  /// The words in the longest row.
  private(set) var longest = 0
  /// The bytes of the longest word in a row: of nearly all other words that is enough to know that they stand in none.
  private var longestWord: UInt64 = 0

  /// Asks `splitter` how the cases fall apart.
  init(_ splitter: ChunkSplitter) {
    for text in SpecialCases.english.texts {
      text.withUnsafeBufferPointer { text in
        guard splitter.hasAffixOrInfix(text) else { return }
        splitter.split(text, withCases: false)
        // A case that stays one word in both ways changes nothing.
        let ends = splitter.wordEnds.array
        if ends.count > 1 || splitter.caseEnds(0, text.count) != ends { add(text, ends) }
      }
    }
  }

  private func add(_ text: UnsafeBufferPointer<UInt8>, _ ends: [Int]) {
    var (node, start) = (Self.root, 0)
    for end in ends {
      let word = ByteKey(UnsafeBufferPointer(rebasing: text[start..<end]))
      longestWord = max(longestWord, word.size)
      let code = codes.value(of: word) ?? Code(codes.count + 1)
      codes.set(word, code)
      if start > 0 { standsInside.insert(code) }
      if let next = step(from: node, code) {
        node = next
      } else {
        goesOn[Int(node)] = true
        steps.set(Self.key(node, code), Node(isEnd.count))
        node = Node(isEnd.count)
        isEnd.append(false)
        goesOn.append(false)
      }
      start = end
    }
    isEnd[Int(node)] = true
    longest = max(longest, ends.count)
  }

  private static func key(_ node: Node, _ code: Code) -> ByteKey {
    ByteKey(low: UInt64(node), high: UInt64(code))
  }

  /// The number of a word.
  @inline(__always)
  func code(of word: ByteKey) -> Code {
    word.size > longestWord ? 0 : codes.value(of: word) ?? 0
  }

  private func step(from node: Node, _ code: Code) -> Node? {
    code == 0 ? nil : steps.value(of: Self.key(node, code))
  }

  /// Whether a row that began before `code` may go on with it.
  func mayStandInside(_ code: Code) -> Bool { standsInside.contains(code) }

  /// Whether the end of `codes` begins a row that more words could go on with.
  func mayGoOn(_ codes: [Code]) -> Bool {
    guard codes.last != 0 else { return false }
    for start in max(0, codes.count - longest)..<codes.count {
      var node = Self.root
      var isRow = true
      for code in codes[start...] {
        guard let next = step(from: node, code) else {
          isRow = false
          break
        }
        node = next
      }
      if isRow, goesOn[Int(node)] { return true }
    }
    return false
  }

  /// The rows found in `codes`, overlapping ones too: from the first word to behind the last.
  func rows(in codes: [Code]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    for start in codes.indices where codes[start] != 0 {
      var node = Self.root
      for place in start..<codes.count {
        guard let next = step(from: node, codes[place]) else { break }
        node = next
        if isEnd[Int(node)] { found.append(start..<(place + 1)) }
      }
    }
    return found
  }

  /// The rows that count: the longest first, of equal ones the leftmost; one is left out when its first or last word
  /// lies in an earlier one, left out or not. In reading order.
  func chosenRows(in codes: [Code]) -> [Range<Int>] { chosen(of: rows(in: codes)) }

  /// Those of all rows found that count.
  func chosen(of rows: [Range<Int>]) -> [Range<Int>] {
    if rows.count < 2 { return rows }
    let ordered = rows.sorted {
      ($1.count, $0.lowerBound) < ($0.count, $1.lowerBound)
    }
    var (covered, chosen): (Set<Int>, [Range<Int>]) = ([], [])
    for row in ordered {
      if !covered.contains(row.lowerBound), !covered.contains(row.upperBound - 1) {
        chosen.append(row)
      }
      covered.formUnion(row)
    }
    return chosen.sorted { $0.lowerBound < $1.lowerBound }
  }
}
