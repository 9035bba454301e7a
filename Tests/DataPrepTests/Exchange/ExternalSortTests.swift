import DataPrep
import Glibc
import RingProtocol
import Synchronization
import TestSupport
import Testing

/// A record as steps use them: a key and the document that has it.
private struct KeyRecord: ExchangeRecord, Hashable {
  var key: UInt64
  var ordinal: UInt64

  var bucketKey: UInt64 { key }

  static func < (left: KeyRecord, right: KeyRecord) -> Bool {
    left.key != right.key ? left.key < right.key : left.ordinal < right.ordinal
  }
}

/// Records go out split by key, and come back sorted, whatever the budget.
@Suite struct ExternalSortTests {
  /// Keys as hashes give them, keys that share their high bits, few different keys, and one key.
  private static let kinds: [@Sendable (inout SeededNumbers) -> UInt64] = [
    { $0.next() }, { $0.next() >> 40 }, { $0.next() % 7 << 40 }, { _ in 42 },
    { $0.next() % 3 == 0 ? .max : $0.next() },
  ]

  private func records(_ kind: Int, _ count: Int) -> [KeyRecord] {
    var chance = SeededNumbers(UInt64(kind * 1000 + count))
    return (0..<count).map { _ in
      KeyRecord(key: Self.kinds[kind](&chance), ordinal: chance.next() % 50000)
    }
  }

  @Test(arguments: 0..<5, [0, 1, 17, 600, 5000, 70_000])
  func `the stream is sorted and whole for every budget`(kind: Int, count: Int) throws {
    try withTemporaryFolder { folder in
      let records = records(kind, count)
      let expected = records.sorted()
      // From one run for all to hundreds of them, which are merged in several rounds.
      for memory in [0, 20_000, 100_000, 10_000_000] {
        let sort = ExternalSort<KeyRecord>(memory: memory, spillFolder: folder)
        try sort.add(records)
        let sorted = try sort.sorted()
        var found: [KeyRecord] = []
        try sorted.forEach { found.append($0) }
        #expect(found == expected, "\(count) records in \(memory) bytes")
        #expect(try sorted.next() == nil)
        #expect(try Folder.entries(of: folder) == [])
      }
    }
  }

  @Test func `buckets hold rising ranges of keys, whatever the threads`() throws {
    try withTemporaryFolder { folder in
      let all = (0..<5).flatMap { records($0, 3000) }
      for buckets in [1, 2, 7, 64] {
        let writer = try RecordWriter<KeyRecord>(folder: folder, name: "keys", buckets: buckets)
        let failures = Mutex(0)
        let threads = (0..<3).map { thread in
          WorkerThread {
            for start in stride(from: thread * 100, to: all.count, by: 300) {
              do {
                try writer.add(Array(all[start..<min(start + 100, all.count)]))
              } catch { failures.withLock { $0 += 1 } }
            }
          }
        }
        for thread in threads { thread.join() }
        #expect(Folder.kind(of: RecordBuckets.path(folder, "keys", 0)) == .nothing)
        try writer.finish()
        #expect(failures.withLock { $0 } == 0)
        var found: [KeyRecord] = []
        for bucket in 0..<buckets {
          let sort = ExternalSort<KeyRecord>(memory: 20_000, spillFolder: folder)
          try sort.add(contentsOf: RecordBuckets.path(folder, "keys", bucket))
          try sort.sorted().forEach { found.append($0) }
        }
        #expect(found == all.sorted())
        try Folder.remove(folder)
        try Folder.create(folder)
      }
    }
  }

  @Test func `groups are the runs of equal keys`() throws {
    try withTemporaryFolder { folder in
      let records = records(2, 4000)
      let expected = Dictionary(grouping: records, by: \.key).mapValues { $0.sorted() }
      for memory in [1000, 1_000_000] {
        let sort = ExternalSort<KeyRecord>(memory: memory, spillFolder: folder)
        try sort.add(records)
        var found: [UInt64: [KeyRecord]] = [:]
        try sort.sorted().forEachGroup(where: { $0.key == $1.key }) {
          #expect(found.updateValue($0, forKey: $0[0].key) == nil)
        }
        #expect(found == expected)
      }
    }
  }

  @Test func `a dropped writer leaves nothing`() throws {
    try withTemporaryFolder { folder in
      do {
        let writer = try RecordWriter<KeyRecord>(folder: folder, name: "keys", buckets: 3)
        try writer.add(records(0, 100_000))
      }
      #expect(try Folder.entries(of: folder) == [])
    }
  }

  @Test func `a damaged file is refused by name`() throws {
    try withTemporaryFolder { folder in
      let writer = try RecordWriter<KeyRecord>(folder: folder, name: "keys", buckets: 1)
      try writer.add(records(0, 1000))
      try writer.finish()
      let path = RecordBuckets.path(folder, "keys", 0)
      let whole = try InputFile.bytes(of: path)
      var flipped = whole
      flipped[5000] ^= 1
      for bytes in [flipped, Array(whole.dropLast()), Array(whole.dropFirst(16)), [], [1, 2]] {
        try AtomicFile.replace(path, with: bytes)
        let error = #expect(throws: FileError.self) {
          try ExternalSort<KeyRecord>(memory: 1 << 20, spillFolder: folder).add(contentsOf: path)
        }
        #expect(error?.path == path)
      }
      // As records of another size it is no such file either.
      try AtomicFile.replace(path, with: whole)
      #expect(throws: FileError.self) {
        try ExternalSort<Finding>(memory: 1 << 20, spillFolder: folder).add(contentsOf: path)
      }
      #expect(throws: FileError.self) {
        try ExternalSort<KeyRecord>(memory: 1 << 20, spillFolder: folder)
          .add(contentsOf: folder + "/none")
      }
    }
  }

  @Test func `a folder that takes no runs is named`() throws {
    let sort = ExternalSort<KeyRecord>(memory: 1000, spillFolder: "/dev/null/none")
    #expect(throws: FileError.self) { try sort.add(records(0, 1000)) }
  }

  @Test func `findings say who goes for whom, and what is cut`() {
    let drop = Finding.drop(7 << 24 | 3, keeper: 2, value: 0.875)
    #expect(drop.ordinal == 7 << 24 | 3 && drop.keeper == 2 && drop.value == 0.875)
    #expect(Finding.drop(1, keeper: 0).value == nil)
    let cut = Finding.cut(5, 10..<20)
    #expect(cut.ordinal == 5 && cut.range == 10..<20)
    #expect([cut, drop, .cut(5, 3..<30)].sorted() == [.cut(5, 3..<30), cut, drop])
  }
}
