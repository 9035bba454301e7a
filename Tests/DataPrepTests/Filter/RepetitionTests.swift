import DataPrep
import RingProtocol
import TestSupport
import Testing

/// Repeated words, lines and paragraphs, against the obvious code.
@Suite struct RepetitionTests {
  /// Texts of few words, so that much repeats; words of one and two letters make rows that are equal only without their spaces.
  private static func texts() -> [String] {
    var chance = SeededNumbers(21)
    let words = ["a", "b", "ab", "ba", "house", "é", "stone", "river", "the", "of"]
    let separators = [" ", " ", " ", "\n", "\n\n", "  "]
    return (0..<60).map { number in
      let vocabulary = words.prefix(2 + number % 9)
      return (0..<Int.random(in: 0..<120, using: &chance)).map { _ in
        vocabulary.randomElement(using: &chance)! + separators.randomElement(using: &chance)!
      }.joined()
    }
  }

  @Test func `rows of words are counted as the obvious code counts them`() throws {
    let plan = try filterPlan("gopher-repetition")
    for text in Self.texts() {
      let words = text.split { $0 == " " || $0 == "\n" }.map(String.init)
      let found = try explain(text, plan)
      for length in 2...4 {
        let count = found.finding("top_\(length)_gram")?["count"]?.int
        #expect(count == Obvious.top(words, length).map(Int64.init), "\(length) \(text)")
      }
      for length in 5...10 {
        let count = found.finding("duplicated_\(length)_n_grams")?["count"]?.int
        #expect(count == Int64(Obvious.repeated(words, length)), "\(length) \(text)")
      }
    }
  }

  @Test func `lines and paragraphs are counted as the obvious code counts them`() throws {
    let plan = try filterPlan("gopher-repetition")
    for text in Self.texts() {
      let found = try explain(text, plan)
      let lines = Obvious.parts(text, feeds: 1)
      let whole = text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
      let paragraphs = Obvious.parts(String(whole), feeds: 2)
      for (rule, parts) in [("dup_line", lines), ("dup_para", paragraphs)] {
        let (duplicates, characters) = Obvious.duplicates(parts)
        let share = found.finding("\(rule)_frac")
        #expect(
          share?["count"] == .int(Int64(duplicates)) && share?["total"] == .int(Int64(parts.count)))
        #expect(found.finding("\(rule)_char_frac")?["count"] == .int(Int64(characters)))
      }
    }
  }
}

/// The measures as anybody would write them.
private enum Obvious {
  static func top(_ words: [String], _ length: Int) -> Int? {
    guard words.count >= length else { return nil }
    let rows = (0...(words.count - length)).map { words[$0..<($0 + length)].joined(separator: " ") }
    let counts = rows.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    let most = counts.values.max()!
    return rows.first { counts[$0] == most }!.unicodeScalars.count * most
  }

  static func repeated(_ words: [String], _ length: Int) -> Int {
    var (seen, sum, place): (Set<String>, Int, Int) = ([], 0, 0)
    while place + length <= words.count {
      let row = words[place..<(place + length)].joined()
      if seen.insert(row).inserted {
        place += 1
      } else {
        sum += row.unicodeScalars.count
        place += length
      }
    }
    return sum
  }

  static func parts(_ text: String, feeds: Int) -> [String] {
    var (parts, part, row): ([String], String, String) = ([], "", "")
    for character in text + "\u{0}" {
      if character == "\n" {
        row.append(character)
      } else {
        if row.count >= feeds {
          parts.append(part)
          part = ""
        } else {
          part += row
        }
        row = ""
        part.append(character)
      }
    }
    part.removeLast()
    return parts + [part]
  }

  static func duplicates(_ parts: [String]) -> (count: Int, characters: Int) {
    var (seen, count, characters): (Set<String>, Int, Int) = ([], 0, 0)
    for part in parts where !seen.insert(part).inserted {
      count += 1
      characters += part.unicodeScalars.count
    }
    return (count, characters)
  }
}
