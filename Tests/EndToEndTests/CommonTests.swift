import TestSupport
import Testing

/// What holds for every verb.
@Suite struct CommonTests {
  static let verbs = [
    "dedup", "filter", "vocab", "tokenize", "inspect", "import", "merge", "stream", "ring", "train",
    "evaluate",
    "export",
  ]

  @Test(arguments: verbs)
  func `help has examples and ends with 0`(verb: String) throws {
    let result = try Program.run(verb, "--help")
    #expect(result.status == 0)
    #expect(result.output.contains("cram \(verb)"))
    #expect(result.errors.isEmpty)
  }

  @Test(arguments: verbs)
  func `an unknown option is wrong usage`(verb: String) throws {
    let result = try Program.run(verb, "--no-such-option")
    #expect(result.status == 2)
    #expect(!result.errors.isEmpty)
  }

  @Test(arguments: verbs)
  func `the version is told`(verb: String) throws {
    let result = try Program.run(verb, "--version")
    #expect(result.status == 0)
    #expect(result.output == "0.1.0\n")
  }
}
