import Testing
import Tokenization

@Suite struct PatternTests {
  /// `text` after replacing each match of `expression` by "-".
  private func replaced(_ expression: String, in text: String) throws -> String {
    try NormalizerDefinition.replaceExpression(expression, by: "-").normalized(text)
  }

  @Test(arguments: [
    (" {2,}", "a b  c   d", "a b-c-d"), ("[^\\x00-\\x7F]+", "aéßb", "a-b"),
    ("a{2,3}", "aaaaaaa", "--a"), ("ab?c", "ac abc abbc", "- - abbc"),
    ("a*b", "aaab b ac", "- - ac"), ("a+ab", "aab ab", "- ab"),
    ("[\\u2018-\\u201B\\-]x", "’x -x x", "- - x"),
  ])
  func `the longest match from the left is replaced`(
    expression: String, text: String, expected: String
  ) throws {
    #expect(try replaced(expression, in: text) == expected)
  }

  @Test(arguments: [
    "a|b", "(a)", "\\s", "\\p{L}", "a*", "[a&&b]", "[[:alpha:]]", "^a", "a$", ".", "a+?", "a{2",
    "\\x80", "[z-a]", "a++", "[", "\\", "\\uD800", "a{}",
  ])
  func `any other expression is refused`(expression: String) {
    #expect(throws: TokenizerError.self) {
      try NormalizerDefinition.replaceExpression(expression, by: "").normalized("a")
    }
  }
}
