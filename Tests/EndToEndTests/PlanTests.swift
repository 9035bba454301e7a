import RingProtocol
import TestSupport
import Testing

/// The commands of a plan, run as processes.
@Suite struct PlanTests {
  /// The verbs and arguments of each step.
  private func commands(of plan: String) throws -> [[(verb: String, arguments: [String])]] {
    let steps = try JSONValue.parse(plan)["steps"]?.array ?? []
    return try steps.map { step in
      try (step["commands"]?.array ?? []).map { command in
        let words = (command.array ?? []).compactMap(\.string)
        let program = try #require(words.first)
        #expect(program.hasPrefix("/"))
        return (String(Folder.name(of: program).dropFirst("cram-".count)), Array(words.dropFirst()))
      }
    }
  }

  @Test(arguments: [
    ("dedup", ["--exact", "--paragraph", "--exact-normalize", "case,space"]),
    ("filter", ["--rule", "min-characters=500", "--rule", "max-characters=2000"]),
  ])
  func `they give the bytes of one run, in any order`(verb: String, options: [String]) throws {
    try withTemporaryFolder { folder in
      let corpus = try GeneratedText.file(in: folder)
      let (whole, parts) = (folder + "/whole", folder + "/parts")
      let one = try Program(verb, [corpus, "--output", whole] + options).wait()
      try #require(one.status == 0, "\(one.errors)")
      let arguments = [corpus, "--output", parts] + options
      let plan = try Program(verb, arguments + ["--partitions", "3", "--plan"]).wait()
      try #require(plan.status == 0, "\(plan.errors)")
      #expect(Folder.kind(of: parts) == .nothing)
      let steps = try commands(of: plan.output)
      for step in steps {
        for command in step.reversed() {
          let done = try Program(command.verb, command.arguments).wait()
          try #require(done.status == 0, "\(done.errors)")
        }
      }
      let names = try Folder.entries(of: whole)
      #expect(try Folder.entries(of: parts) == names)
      for name in names where name != "report.json" {
        #expect(
          try InputFile.bytes(of: parts + "/" + name) == InputFile.bytes(of: whole + "/" + name))
      }
      for key in ["settings", "input", "output", "dropped", "changed"] {
        #expect(try report(parts)[key] == report(whole)[key])
      }
      // Every command finds the finished result, and so does a run without a plan.
      for command in steps.joined() {
        let again = try Program(command.verb, command.arguments).wait()
        #expect(again.status == 0 && again.output.contains("up to date"))
      }
      let again = try Program(verb, arguments).wait()
      #expect(again.status == 0 && again.output.contains("up to date"))
    }
  }

  @Test func `what cannot be planned is wrong usage`() throws {
    try withTemporaryFolder { folder in
      let corpus = try GeneratedText.file(in: folder, count: 5)
      let output = folder + "/out"
      for more in [
        ["--partitions", "2"], ["--plan"], ["--partitions", "0", "--plan"],
        ["--partitions", "2", "--plan", "--dry-run"],
      ] {
        let result = try Program("dedup", [corpus, "--exact", "--output", output] + more).wait()
        #expect(result.status == 2)
        #expect(result.errors.contains("--"))
      }
      let piped = try Program.run(
        "dedup", "-", "--exact", "--output", output, "--partitions", "2", "--plan", input: "")
      #expect(piped.status == 2 && Folder.kind(of: output) == .nothing)
    }
  }

  @Test func `a command whose step has not its turn is refused in one line`() throws {
    try withTemporaryFolder { folder in
      let corpus = try GeneratedText.file(in: folder, count: 5)
      let plan = try Program.run(
        "dedup", corpus, "--exact", "--output", folder + "/out", "--partitions", "2", "--plan")
      let command = try commands(of: plan.output)[2][1]
      let early = try Program(command.verb, command.arguments).wait()
      #expect(early.status == 1)
      #expect(early.errors.hasPrefix("cram-dedup: command 0 of step exact-keys is not done"))
      #expect(early.errors.split(separator: "\n").count == 1)
    }
  }
}
