import DataPrep
import RingProtocol
import Shards
import TestSupport
import Testing

/// Orders that are laid out on disk because memory is short.
struct TokenizeOrderTests {
  @Test(arguments: [BlockOrder.random, .unigram, .fragment], [3, 8, 64])
  func `memory changes no byte`(order: BlockOrder, length: Int) throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 60)
      let change = { (options: inout TokenizeOptions) in
        (options.order, options.length, options.heldout) = (order, length, .share(0.3))
      }
      try world.tokenize("whole", change)
      let whole = try world.files("whole")
      for memory in [3000, 10_000, 40_000] {
        try world.tokenize("\(memory)", threads: 1 + memory % 2, memory: memory, change)
        #expect(try world.files("\(memory)") == whole, "\(memory) bytes")
        #expect(Folder.kind(of: "\(folder)/\(memory)/state") == .nothing)
      }
    }
  }

  @Test func `memory changes nothing where documents are not traced, or begin sequences`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 40)
      for (name, traced, uncrossed, memory) in [("a", false, false, 1), ("b", true, true, 2000)] {
        let change = { (options: inout TokenizeOptions) in
          (options.hasProvenance, options.isUncrossed) = (traced, uncrossed)
        }
        try world.tokenize(name, change)
        try world.tokenize(name + "-short", memory: memory, change)
        #expect(try world.files(name + "-short") == world.files(name))
      }
    }
  }

  @Test func `stopped anywhere, a run with little memory goes on`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 200)
      try world.tokenize("whole") { $0.heldout = .count(40) }
      var labels: [String] = []
      for phase in 0..<5 {
        let name = "stopped-\(phase)"
        let flag = CancellationFlag()
        let stage = try world.stage(name, memory: 3000, cancellation: flag) {
          $0.heldout = .count(40)
        }
        var seen = 0
        #expect(throws: Interrupted.self) {
          try stage.perform(overwrite: false) { meter, work in
            if seen == phase {
              flag.cancel(signal: 15)
              labels.append(meter.label)
            }
            seen += 1
            try work()
          }
        }
        // Whatever memory the next command has.
        try world.tokenize(name, memory: phase % 2 == 0 ? 1 << 30 : 2000) {
          $0.heldout = .count(40)
        }
        #expect(try world.files(name) == world.files("whole"))
      }
      #expect(
        labels == ["tokenize", "order train", "order heldout", "write train", "write heldout"])
    }
  }

  @Test func `what was laid out takes the place of what was packed, and stays`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 200)
      try stop(world, "out", at: "write train")
      let spool = try Folder.entries(of: folder + "/out/state/spool")
      #expect(spool == ["spool.json", "train.blocks.slices"])
      var labels: [String] = []
      _ = try world.stage("out", memory: 3000).perform(overwrite: false) { meter, work in
        labels.append(meter.label)
        try work()
      }
      #expect(labels == ["write train"])
    }
  }

  @Test(arguments: ["blocks", "origins"])
  func `a damaged slice is told`(kind: String) throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 200)
      try stop(world, "out", at: "write train")
      let path = folder + "/out/state/spool/train.blocks.slices/3." + kind
      var bytes = try InputFile.bytes(of: path)
      bytes[bytes.count / 2] ^= 4
      try AtomicFile.replace(path, with: bytes)
      let error = #expect(throws: FileError.self) { try world.tokenize("out", memory: 3000) }
      #expect(error?.path == path)
      try AtomicFile.replace(path, with: Array(bytes.dropLast()))
      #expect(throws: FileError.self) { try world.tokenize("out", memory: 3000) }
    }
  }

  private func stop(_ world: TokenizeWorld, _ output: String, at label: String) throws {
    let flag = CancellationFlag()
    let stage = try world.stage(output, memory: 3000, cancellation: flag)
    #expect(throws: Interrupted.self) {
      try stage.perform(overwrite: false) { meter, work in
        if meter.label == label { flag.cancel(signal: 2) }
        try work()
      }
    }
  }
}
