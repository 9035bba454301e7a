import DataPrep
import Glibc
import RingProtocol
import Tokenization

/// How fast texts in memory become ids: what `Tests/Benchmarks/tokenization.py` asks for.
///
/// usage: measure-encoding CORPUS TOKENIZER [THREADS [PASSES]]
///
/// Prints one JSON object: bytes and ids, the seconds of each pass (the first is the cold one), and a checksum over the ids.
@main struct MeasureEncoding {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else {
      print("usage: measure-encoding CORPUS TOKENIZER [THREADS [PASSES]]")
      exit(2)
    }
    let texts = try Texts(of: arguments[1])
    let tokenizer = try Tokenizer.load(arguments[2])
    let threads = arguments.count > 3 ? Int(arguments[3])! : 1
    let passes = arguments.count > 4 ? Int(arguments[4])! : 2
    let parts = texts.divided(by: threads)
    let runs = parts.map { Run(texts, $0, tokenizer) }
    var seconds: [Double] = []
    for _ in 0..<passes {
      let begin = ContinuousClock.now
      let workers = runs.map { run in WorkerThread { run.pass() } }
      for worker in workers { worker.join() }
      seconds.append((ContinuousClock.now - begin) / .seconds(1))
    }
    var checksum: UInt64 = 0
    for run in runs { checksum = run.checksum(continuing: checksum) }
    let result: JSONValue = [
      "bytes": .int(Int64(texts.bytes.count)), "threads": .int(Int64(threads)),
      "ids": .int(Int64(runs.reduce(0) { $0 + $1.ids.count })),
      "seconds": .array(seconds.map(JSONValue.double)),
      "checksum": .string(String(checksum, radix: 16)),
    ]
    print(result.serialized())
  }
}

/// The texts of a corpus, end to end.
final class Texts: Sendable {
  let bytes: [UInt8]
  let ends: [Int]

  init(of path: String) throws {
    let corpus = try Corpus(CorpusInputs(paths: [path]))
    var (bytes, ends) = ([UInt8](), [Int]())
    try corpus.process(
      threads: 1, cancellation: nil, progress: nil, makeScratch: {},
      work: { _, block in block.documents.map { Array($0.text) } },
      collect: { documents in
        for document in documents {
          bytes += document
          ends.append(bytes.count)
        }
      })
    (self.bytes, self.ends) = (bytes, ends)
  }

  /// Ranges of texts of about as many bytes each.
  func divided(by count: Int) -> [Range<Int>] {
    var borders = [0]
    for part in 1..<max(2, count) where count > 1 {
      borders.append(ends.firstIndex { $0 >= bytes.count / count * part } ?? ends.count)
    }
    borders.append(ends.count)
    return zip(borders, borders.dropFirst()).map { $0..<$1 }
  }
}

/// What one thread does.
final class Run: @unchecked Sendable {
  private let texts: Texts
  private let part: Range<Int>
  private let encoder: Encoder
  let ids: IDList

  init(_ texts: Texts, _ part: Range<Int>, _ tokenizer: Tokenizer) {
    (self.texts, self.part) = (texts, part)
    encoder = tokenizer.makeEncoder()
    ids = encoder.makeList()
  }

  func pass() {
    ids.removeAll()
    texts.bytes.withUnsafeBufferPointer { bytes in
      for text in part {
        let begin = text == 0 ? 0 : texts.ends[text - 1]
        encoder.encode(UnsafeBufferPointer(rebasing: bytes[begin..<texts.ends[text]]), into: ids)
      }
    }
  }

  /// FNV-1a over the ids, 32 bits each, going on from another part's.
  func checksum(continuing start: UInt64) -> UInt64 {
    var hash = start == 0 ? 0xCBF2_9CE4_8422_2325 : start
    ids.withUnsafeBytes { bytes in
      for place in stride(from: 0, to: bytes.count, by: ids.idBytes) {
        let id =
          ids.idBytes == 2
          ? UInt64(bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self))
          : UInt64(bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
        hash = (hash ^ id) &* 0x100_0000_01B3
      }
    }
    return hash
  }
}
