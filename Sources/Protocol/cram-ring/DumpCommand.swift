import CramCommand
import Glibc
import RingProtocol
import Tokenization

struct DumpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dump", abstract: "Prints batches of a ring as its consumer.",
    discussion: """
      Without --follow the next batch is printed and left in the ring; with it, batches are printed and released until \
      the data ends. A ring that is not there is waited for, 20 s.
      """)

  @Argument(help: "The ring's name.")
  var name: String

  @Flag(help: "Take batch after batch until the data ends.")
  var follow = false

  @Option(help: "Ask for the stream from this position on.")
  var start: UInt64?

  @Option(
    help: ArgumentHelp(
      "Show text instead of ids: a tokenizer.json, or a folder with one.", valueName: "path"))
  var tokenizer: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    let tokenizer = try tokenizer.map(Tokenizer.load)
    var consumer = try RingConsumer(
      attaching: name, directory: CramHome.rings, startingAt: start, cancellation: .process)
    if let tokenizer, tokenizer.vocabularySize != consumer.header.vocabularySize {
      throw OtherVocabulary(
        ring: name, expected: consumer.header.vocabularySize, found: tokenizer.vocabularySize)
    }
    var writer = BatchWriter(
      header: consumer.header, asJSON: common.json, tokenizer: tokenizer)
    while let batch = try consumer.next() {
      guard writer.write(batch), follow else { return }
      consumer.release(batch)
    }
  }
}

private struct OtherVocabulary: Error, CustomStringConvertible {
  let ring: String
  let expected, found: Int

  var description: String {
    "--tokenizer: \(found) words, expected \(expected) as ring \(ring) carries; give the tokenizer of its dataset"
  }
}

/// Turns batches into lines on standard output.
private struct BatchWriter {
  private let header: RingHeader
  private let asJSON: Bool
  private let tokenizer: Tokenizer?
  private var line: [UInt8] = []

  init(header: RingHeader, asJSON: Bool, tokenizer: Tokenizer?) {
    (self.header, self.asJSON, self.tokenizer) = (header, asJSON, tokenizer)
  }

  /// Writes the batch: one JSON object, or a line for each sequence. False when nobody reads any more.
  mutating func write(_ batch: RingBatch) -> Bool {
    line.removeAll(keepingCapacity: true)
    if asJSON {
      append("{\"first_sequence\":\(batch.firstPosition),\"ids\":[")
      for row in 0..<batch.count {
        appendIDs(batch, row, open: row == 0 ? "[" : ",[", between: 44, close: "]")
      }
      append("]")
      if tokenizer != nil { appendTexts(batch) }
      append("}\n")
    } else if let tokenizer {
      for row in 0..<batch.count {
        append("\(batch.firstPosition + UInt64(row)): \(tokenizer.decode(ids(batch, row)))\n")
      }
    } else {
      for row in 0..<batch.count {
        appendIDs(
          batch, row, open: "\(batch.firstPosition + UInt64(row)): ", between: 32, close: "\n")
      }
    }
    return flush()
  }

  private mutating func appendIDs(
    _ batch: RingBatch, _ row: Int, open: String, between: UInt8, close: String
  ) {
    append(open)
    let first = row * header.sequenceBytes
    for place in 0..<header.sequenceLength {
      if place > 0 { line.append(between) }
      let offset = first + place * header.tokenType.bytes
      append(
        header.tokenType == .u16
          ? UInt32(batch.tokens.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
          : batch.tokens.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    append(close)
  }

  private mutating func appendTexts(_ batch: RingBatch) {
    let texts = (0..<batch.count).map { row in
      JSONValue.string(tokenizer!.decode(ids(batch, row), skippingSpecials: true))
    }
    append(",\"texts\":" + JSONValue.array(texts).serialized())
  }

  private func ids(_ batch: RingBatch, _ row: Int) -> [Int] {
    (0..<header.sequenceLength).map { place in
      let offset = row * header.sequenceBytes + place * header.tokenType.bytes
      return header.tokenType == .u16
        ? Int(batch.tokens.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
        : Int(batch.tokens.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
  }

  private mutating func append(_ text: String) { line.append(contentsOf: text.utf8) }

  private mutating func append(_ number: UInt32) {
    let start = line.count
    var left = number
    repeat {
      line.append(48 + UInt8(left % 10))
      left /= 10
    } while left > 0
    line[start...].reverse()
  }

  private func flush() -> Bool {
    line.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let written = Glibc.write(STDOUT_FILENO, bytes.baseAddress! + done, bytes.count - done)
        if written < 0, errno == EINTR, CancellationFlag.process.signal == 0 { continue }
        guard written > 0 else { return false }
        done += written
      }
      return true
    }
  }
}
