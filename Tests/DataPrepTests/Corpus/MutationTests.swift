import DataPrep
import Glibc
import RingProtocol
import TestSupport
import Testing

/// Damage at random places: documents or one clear error, never a crash or a hang.
@Suite struct MutationTests {
  /// Writes without the care for the disk that results get.
  private func put(_ bytes: [UInt8], at path: String) throws {
    let file = try #require(fopen(path, "w"))
    #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    fclose(file)
  }

  /// - Parameter lines: all that can come out, where checksums guard it.
  private func check(
    _ originals: [[UInt8]], name: String, seed: UInt64, rounds: Int, lines: Set<String>? = nil
  ) throws {
    var mutator = Mutator(seed: seed)
    try withTemporaryFolder { folder in
      let path = "\(folder)/\(name)"
      for original in originals {
        for round in 0..<rounds {
          try put(mutator.mutated(original), at: path)
          let inputs = CorpusInputs(
            paths: [path], skipDamaged: round % 2 == 0, lineLimit: 1 << 20)
          do {
            let found = try read(inputs, threads: 1)
            if let lines { #expect(lines.isSuperset(of: found.documents.map(\.line))) }
          } catch {
            #expect(error is CorpusError && "\(error)".contains(path))
            #expect(!"\(error)".contains("\n"))
          }
        }
      }
    }
  }

  private static let lines = (0..<30).map { number in
    "{\"id\": \(number), \"text\": \("é😀 \"\(number)\" \\ \n".json), \"x\": [1.5e3, null, {\"y\": true}]}\n"
  }

  @Test func `of JSON lines`() throws {
    try check([Array(Self.lines.joined().utf8)], name: "a.jsonl", seed: 1, rounds: 300)
  }

  @Test func `of compressed lines`() throws {
    let plain = Array(Self.lines.joined().utf8)
    let all = [
      gzip(plain), zstd(plain), lz4(plain), xz(plain), bzip2(plain), bzip2([]) + xz(plain),
    ]
    let lines = Set(Self.lines.map { String($0.dropLast()) })
    try check(all, name: "a.jsonl", seed: 2, rounds: 60, lines: lines)
  }

  @Test(arguments: ["rows", "types", "int96", "hadoop", "refused"])
  func `of Parquet`(folder: String) throws {
    let all = try ParquetTests.files(folder).map { try InputFile.bytes(of: $0) }
    try check(all, name: "a.parquet", seed: 3, rounds: 40)
  }

  @Test func `of the footer of Parquet, where it is dense`() throws {
    var chance = SeededNumbers(4)
    try withTemporaryFolder { folder in
      for file in try ParquetTests.files("rows") {
        let whole = try InputFile.bytes(of: file)
        let size = whole[(whole.count - 8)...].prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        let footer = (whole.count - 8 - size)..<(whole.count - 8)
        for _ in 0..<40 {
          var bytes = whole
          let place = Int.random(in: footer, using: &chance)
          bytes[place] = UInt8.random(in: 0...255, using: &chance)
          try put(bytes, at: folder + "/a.parquet")
          _ = try? read(folder + "/a.parquet", threads: 1)
        }
      }
    }
  }
}
