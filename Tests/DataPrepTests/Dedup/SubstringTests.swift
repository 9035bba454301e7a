import CTextKernels
import DataPrep
import RingProtocol
import TestSupport
import Testing

/// Repeated substrings against a plain table of all windows.
@Suite struct SubstringTests {
  /// The findings for texts that are given in blocks, and the passages.
  private func search(
    _ rule: SubstringRule, _ texts: [[UInt8]], memory: Int = 1 << 26, threads: Int = 1,
    block: Int = 1 << 20
  ) throws -> (findings: [SubstringFinding], passages: [RepeatedPassage]) {
    try withTemporaryFolder { folder in
      let search = SubstringSearch(rule, folder: folder, memory: memory)
      let scratch = search.makeScratch()
      // The blocks come in any order.
      for number in (0..<(texts.count + block - 1) / block).reversed() {
        let part = number * block..<min(texts.count, (number + 1) * block)
        try search.add(
          block: number, part.map { (testOrdinal($0, block), texts[$0].count) }, scratch
        ) { index, body in
          try texts[part.lowerBound + index].withUnsafeBytes(body)
        }
      }
      var findings: [SubstringFinding] = []
      let passages = try search.finish(threads: threads) { findings.append($0) }
      return (findings, passages)
    }
  }

  /// The same finding for blocks of other sizes.
  private func inBlocks(_ finding: SubstringFinding, _ block: Int) -> SubstringFinding {
    var finding = finding
    finding.ordinal = testOrdinal(Int(finding.ordinal), block)
    let keeper = finding.drop?.keeper.map { testOrdinal(Int($0), block) }
    finding.drop?.keeper = keeper
    return finding
  }

  private func compare(_ rule: SubstringRule, _ texts: [[UInt8]], _ label: String) throws {
    let expected = plainFindings(rule, texts)
    let found = try search(rule, texts).findings
    #expect(found.map(\.ordinal) == expected.map(\.ordinal), "\(label)")
    for (one, other) in zip(found, expected) {
      #expect(one.ranges == other.ranges && one.drop?.share == other.drop?.share, "\(label)")
    }
  }

  @Test(arguments: [16, 17, 20, 31, 33, 48, 100])
  func `what is found is what a table of all windows says`(length: Int) throws {
    for seed in 0..<UInt64(24) {
      var chance = SeededNumbers(seed &* 1000 &+ UInt64(length))
      let texts = repetitiveTexts(around: length, &chance)
      for policy in SubstringRule.Policy.allCases {
        try compare(
          SubstringRule(length: length, policy: policy), texts, "seed \(seed), \(policy)")
      }
    }
  }

  @Test func `large groups with different surroundings are divided, and nothing is lost`() throws {
    for seed in 0..<UInt64(12) {
      var chance = SeededNumbers(seed)
      // Passages of more and of less than the window's length between neighbours of a few kinds.
      let passages = [10, 12, 15, 20, 24, 30].map { size in
        (0..<size).map { _ in UInt8.random(in: 97...122, using: &chance) }
      }
      let texts = (0..<300).map { _ in
        (0..<Int.random(in: 1...6, using: &chance)).flatMap { _ in
          passages.randomElement(using: &chance)!
            + (0..<Int.random(in: 0...8, using: &chance)).map { _ in
              UInt8.random(in: 97...98, using: &chance)
            }
        }
      }
      for policy in SubstringRule.Policy.allCases {
        try compare(SubstringRule(length: 20, policy: policy), texts, "seed \(seed), \(policy)")
      }
    }
  }

  @Test func `threads, memory and blocks make no difference`() throws {
    var chance = SeededNumbers(5)
    let texts = (0..<40).flatMap { _ in repetitiveTexts(around: 20, &chance) }
    for policy in SubstringRule.Policy.allCases {
      let rule = SubstringRule(length: 20, policy: policy)
      let whole = try search(rule, texts)
      #expect(whole.findings.contains { $0.drop != nil })
      for (threads, memory, block) in [
        (3, 1 << 26, 3), (1, 20_000, 10), (3, 2_000, 1000), (2, 0, 1),
      ] {
        let other = try search(rule, texts, memory: memory, threads: threads, block: block)
        #expect(
          other.findings == whole.findings.map { inBlocks($0, block) },
          "\(threads) threads, \(memory) bytes")
        #expect(other.passages == whole.passages, "\(threads) threads, \(memory) bytes")
      }
    }
  }

  @Test func `groups larger than memory are looked at in parts, with the same answer`() throws {
    var chance = SeededNumbers(7)
    // One passage between many pairs of neighbours, most of them often.
    let passage = randomText(30, &chance)
    let edges = (0..<60).map { _ in randomText(Int.random(in: 0...12, using: &chance), &chance) }
    let texts = (0..<2000).map { number in
      let fresh = number % 40 == 0 ? randomText(8, &chance) : []
      return edges[Int.random(in: 0..<60, using: &chance)] + fresh + passage
        + edges[Int.random(in: 0..<3, using: &chance)]
    }
    for policy in SubstringRule.Policy.allCases {
      let rule = SubstringRule(length: 36, policy: policy)
      let whole = try search(rule, texts)
      #expect(!whole.findings.isEmpty)
      for memory in [0, 4_000, 100_000, 1_000_000] {
        let parts = try search(rule, texts, memory: memory)
        #expect(parts.findings == whole.findings, "\(policy), \(memory) bytes")
        #expect(parts.passages == whole.passages, "\(policy), \(memory) bytes")
      }
      try compare(rule, texts, "\(policy)")
    }
  }

  @Test func `an emptied document names the one that has its text`() throws {
    var chance = SeededNumbers(8)
    let (one, two) = (randomText(200, &chance), randomText(300, &chance))
    let rule = SubstringRule(length: 50, policy: .later)
    let found = try search(rule, [one, two, Array(two[20...]), one + two, one]).findings
    #expect(
      found
        == [(2, 1, 280), (3, 1, 500), (4, 0, 200)].map { ordinal, keeper, size in
          SubstringFinding(
            ordinal: ordinal, ranges: [0..<size], drop: .init(share: 1, keeper: keeper))
        })
  }

  @Test func `the most repeated passages are told`() throws {
    var chance = SeededNumbers(9)
    let passages = [30, 20, 10].map { (count: $0, text: randomText(80, &chance)) }
    let texts = passages.flatMap { passage in
      (0..<passage.count).map { _ in
        randomText(60, &chance) + passage.text + randomText(60, &chance)
      }
    }
    let told = try search(SubstringRule(length: 60), texts).passages
    #expect(told.map(\.count) == [30, 20, 10])
    for (one, passage) in zip(told, passages) {
      #expect(one.text.contains(String(decoding: passage.text, as: UTF8.self)))
    }
  }

  @Test func `hostile texts take no longer than their size`() throws {
    var chance = SeededNumbers(10)
    let line = randomText(3000, &chance)
    let hostile: [[[UInt8]]] = [
      [Array(repeating: 0x20, count: 3 << 20)],
      [(0..<(1 << 20)).flatMap { _ in [0x7C, 0x20, 0x2D] as [UInt8] }],
      Array(repeating: line, count: 3000),
      [Array(repeating: line, count: 1000).flatMap { $0 }],
      (0..<20000).map { _ in Array(line[..<150]) + randomText(10, &chance) },
    ]
    for texts in hostile {
      let found = try search(SubstringRule(length: 100), texts, memory: 1 << 28, block: 1000)
      #expect(found.findings.count == texts.count)
    }
  }

  @Test func `the instructions of the machine make no difference to the anchors`() throws {
    var chance = SeededNumbers(11)
    let text = (0..<30).flatMap { _ in repetitiveTexts(around: 40, &chance).flatMap { $0 } }
    guard let other = cram_anchor_kernels_named("avx2") else { return }
    for (window, key) in [(1, 8), (5, 15), (9, 8), (32, 16), (53, 48), (700, 64), (4096, 64)] {
      let (one, two) = (
        anchors(text, window, key, cram_anchor_kernels_named("portable")),
        anchors(text, window, key, other)
      )
      #expect(one == two && one == plainAnchors(text, window, key, one), "window \(window), \(key)")
    }
  }

  private func anchors(
    _ text: [UInt8], _ window: Int, _ key: Int, _ kernels: UnsafePointer<cram_anchor_kernels>?
  ) -> [UInt64] {
    let room = UnsafeMutablePointer<cram_anchor>.allocate(capacity: Int(CRAM_ANCHORS_AT_ONCE))
    defer { room.deallocate() }
    var search = cram_anchor_search_of(text, text.count, window, key)
    var found: [UInt64] = []
    return text.withUnsafeBufferPointer { text in
      search.text = text.baseAddress
      while true {
        let count = cram_anchors_next(&search, room, kernels)
        if count == 0 { return found }
        found += (0..<count).map { room[$0].position }
      }
    }
  }

  /// The anchors by the definition, the order of positions taken from the kernel itself.
  private func plainAnchors(_ text: [UInt8], _ window: Int, _ key: Int, _ found: [UInt64])
    -> [UInt64]
  {
    var values = [UInt32](repeating: 0, count: 32)
    let padded = text + [UInt8](repeating: 0, count: 64)
    let order = padded.withUnsafeBufferPointer { bytes in
      (0...(text.count - key)).map { position in
        cram_anchor_kernels_named("portable").pointee.order(
          bytes.baseAddress! + position, key < 16 ? 8 : 16, &values, 1)
        return values[0] >> 16
      }
    }
    var chosen: [UInt64] = []
    for start in 0...(order.count - window) {
      let best = (start..<start + window).min { (order[$0], -$0) < (order[$1], -$1) }!
      if chosen.last != UInt64(best) { chosen.append(UInt64(best)) }
    }
    return chosen
  }
}
