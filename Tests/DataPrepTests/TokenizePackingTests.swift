import DataPrep
import Glibc
import RingProtocol
import Shards
import TestSupport
import Testing
import Tokenization

/// What becomes of every token.
struct TokenizePackingTests {
  @Test(arguments: [1, 7, 8, 128])
  func `natural order is the documents end to end, without the last short block`(length: Int) throws
  {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 100)
      let report = try world.tokenize("out") { ($0.order, $0.length) = (.natural, length) }
      let expected = blocks(world.ids, length: length)
      #expect(try world.sequences("out") == expected)
      let flat = world.ids.reduce(0) { $0 + $1.count }
      #expect(report["train"]?["tail_tokens"]?.int == Int64(flat % length))
      let manifest = try Manifest.read(folder + "/out/train")
      #expect(manifest.documents == 100)
      #expect(manifest.sequences == UInt64(expected.count))
      #expect(manifest.order == "natural")
    }
  }

  @Test func `documents of which only the tail was left are counted`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 100)
      for length in 30..<60 {
        let report = try world.tokenize("\(length)") { ($0.order, $0.length) = (.natural, length) }
        var (start, kept) = (0, 0)
        let whole = world.ids.reduce(0) { $0 + $1.count } / length * length
        for document in world.ids {
          if start < whole { kept += 1 }
          start += document.count
        }
        #expect(report["train"]?["tail_documents"]?.int == Int64(100 - kept))
      }
    }
  }

  @Test func `random order holds every sequence once, by the seed`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 200)
      let natural = blocks(world.ids, length: 8)
      for (name, seed) in [("a", 0), ("b", 1)] as [(String, UInt64)] {
        try world.tokenize(name) { $0.seed = seed }
      }
      let (one, other) = (try world.sequences("a"), try world.sequences("b"))
      #expect(Set(one) == Set(natural) && one.count == natural.count && one != natural)
      #expect(Set(other) == Set(natural) && other.count == natural.count && other != one)
    }
  }

  @Test(arguments: [BlockOrder.sentenceLength, .fragment, .wordLength])
  func `curricula that count put the least or the most first, ties as they came`(
    order: BlockOrder
  ) throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 300)
      try world.tokenize("out") { ($0.order, $0.length) = (order, 16) }
      let tokenizer = try world.files.tokenizer
      func measure(_ block: [UInt32]) -> Int {
        switch order {
        case .sentenceLength: -block.count { $0 == TokenizeWorld.fullStop }
        case .fragment: -block.count { $0 == TokenizeWorld.separator }
        default: tokenizer.decode(block.map(Int.init)).unicodeScalars.count
        }
      }
      let natural = blocks(world.ids, length: 16).enumerated().map { ($0, measure($1), $1) }
      let sorted = natural.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
      #expect(try world.sequences("out") == sorted.map(\.2))
      #expect(Set(natural.map(\.1)).count > 3)
    }
  }

  @Test func `unigram orders put the least or the most likely first`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 300)
      let natural = blocks(world.ids, length: 16)
      var counts: [UInt32: Double] = [:]
      for id in natural.joined() { counts[id, default: 0] += 1 }
      let all = Double(natural.count * 16 + TokenizeWorld.specials.count + 50)
      func score(_ block: [UInt32]) -> Double {
        block.reduce(0) { $0 + log2((counts[$1]! + 1) / all) } / 16
      }
      try world.tokenize("up") { ($0.order, $0.length) = (.unigram, 16) }
      try world.tokenize("down") { ($0.order, $0.length) = (.reverseUnigram, 16) }
      let (up, down) = (try world.sequences("up"), try world.sequences("down"))
      #expect(up.sorted(by: precedes) == natural.sorted(by: precedes))
      #expect(down.sorted(by: precedes) == natural.sorted(by: precedes))
      for (one, next) in zip(up, up.dropFirst()) { #expect(score(one) <= score(next) + 1e-6) }
      for (one, next) in zip(down, down.dropFirst()) { #expect(score(one) >= score(next) - 1e-6) }
    }
  }

  private func precedes(_ left: [UInt32], _ right: [UInt32]) -> Bool {
    left.lexicographicallyPrecedes(right)
  }

  @Test(arguments: [1, 5, 8, 128])
  func `without crossing each document begins a sequence and its last one is filled up`(
    length: Int
  ) throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 80)
      let report = try world.tokenize("out") {
        ($0.order, $0.length, $0.isUncrossed) = (.natural, length, true)
      }
      let expected = world.ids.flatMap { document in
        stride(from: 0, to: document.count, by: length).map { start in
          let part = Array(document[start..<min(start + length, document.count)])
          return part + [UInt32](repeating: 0, count: length - part.count)
        }
      }
      #expect(try world.sequences("out") == expected)
      #expect(report["train"]?["tail_tokens"]?.int == 0)
      #expect(report["tokens"]?.int == Int64(world.ids.joined().count))
      try world.tokenize("random") { ($0.length, $0.isUncrossed) = (length, true) }
      #expect(try Set(world.sequences("random")) == Set(expected))
    }
  }

  @Test func `each document may begin with the class token`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 80)
      let report = try world.tokenize("out") {
        ($0.order, $0.hasLeadingClass, $0.heldout) = (.natural, true, .count(7))
      }
      let documents = world.ids.map { [2] + $0 }
      let found = try ["train", "heldout"].flatMap { try world.sequences("out", $0).joined() }
      #expect(found.count { $0 == 2 } <= 80 && found.count { $0 == 2 } >= 76)
      #expect(report["tokens"]?.int == Int64(documents.joined().count))
      try world.tokenize("all") { ($0.order, $0.hasLeadingClass) = (.natural, true) }
      #expect(try world.sequences("all") == blocks(documents, length: 8))
    }
  }

  @Test func `the report counts characters and tokens`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 60)
      let report = try world.tokenize("out")
      let characters = world.documents.reduce(0) { $0 + $1.unicodeScalars.count }
      let tokens = world.ids.joined().count
      #expect(report["characters"]?.int == Int64(characters))
      #expect(report["tokens"]?.int == Int64(tokens))
      #expect(report["unknown_tokens"]?.int == 0)
      #expect(report["tokens_per_document"]?.double == Double(tokens) / 60)
      #expect(report["characters_per_token"]?.double == Double(characters) / Double(tokens - 60))
    }
  }

  @Test(arguments: [HeldoutAmount.count(1), .count(30), .share(0.1), .share(0.333)])
  func `held-out documents are exactly as many as asked for, and on one side only`(
    amount: HeldoutAmount
  ) throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 150)
      // Length 1: no tail, so that every document comes back whole.
      try world.tokenize("out") { ($0.order, $0.heldout, $0.length) = (.natural, amount, 1) }
      let sides = try ["train", "heldout"].map { try documents(of: world, $0) }
      #expect(sides[1].count == Int(amount.documents(of: 150)))
      #expect(sides[0].count + sides[1].count == 150)
      // Each side keeps the order of the input, so the two merge back to it.
      var (train, heldout) = (sides[0][...], sides[1][...])
      for document in world.ids {
        if train.first == document {
          train.removeFirst()
        } else {
          #expect(heldout.first == document)
          heldout = heldout.dropFirst()
        }
      }
      #expect(train.isEmpty && heldout.isEmpty)
      #expect(try Manifest.read(folder + "/out/heldout").documents == amount.documents(of: 150))
    }
  }

  private func documents(of world: TokenizeWorld, _ side: String) throws -> [[UInt32]] {
    let flat = try world.sequences("out", side).flatMap { $0 }
    return flat.split(separator: TokenizeWorld.separator, omittingEmptySubsequences: false)
      .dropLast().map { Array($0) + [TokenizeWorld.separator] }
  }

  @Test func `every document is as likely to be held out as any other`() {
    let (documents, rounds) = (40, 600)
    var drawn = [Int](repeating: 0, count: documents)
    for seed in 0..<UInt64(rounds) {
      let choice = HeldoutChoice(.count(10), of: UInt64(documents), seed: seed)
      for document in 0..<documents where choice.holds(UInt64(document)) { drawn[document] += 1 }
    }
    // Binomial, 600 draws at 1/4: a deviation of 10.6; six of them.
    #expect(drawn.reduce(0, +) == 10 * rounds)
    #expect(drawn.allSatisfy { abs($0 - rounds / 4) < 64 })
  }

  @Test func `the number of threads changes no byte`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 200)
      for threads in 1...3 {
        try world.tokenize("\(threads)", threads: threads) { $0.heldout = .share(0.2) }
      }
      let one = try world.files("1")
      #expect(one.keys.contains("heldout/00000.tok.zst"))
      #expect(try world.files("2") == one)
      #expect(try world.files("3") == one)
    }
  }

  @Test func `more than 65,536 pieces take four bytes each`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 60, words: 70_000)
      try world.tokenize("out") { $0.order = .natural }
      #expect(try Manifest.read(folder + "/out/train").tokenType == .u32)
      #expect(try world.sequences("out") == blocks(world.ids, length: 8))
      #expect(world.ids.joined().contains { $0 > 65_535 })
    }
  }

  @Test func `ids are listed as the encoder gives them`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 30)
      let listing = try IDListing(corpus: world.corpus, files: world.files, threads: 2)
      let report = try listing.write(to: folder + "/ids.jsonl")
      let lines = try InputFile.bytes(of: folder + "/ids.jsonl").split(separator: 10)
      for (number, line) in lines.enumerated() {
        let json = try JSONValue.parse(Array(line))
        #expect(json["id"]?.string == "d\(number)")
        #expect(
          json["ids"]?.array?.compactMap(\.int) == world.ids[number].dropLast().map(Int64.init))
      }
      #expect(lines.count == 30 && report.output.documents == 30)
    }
  }
}
