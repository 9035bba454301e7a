import CramCommand
import Glibc
import RingProtocol

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

  @OptionGroup var common: CommonOptions

  func run() throws {
    var consumer = try RingConsumer(
      attaching: name, directory: CramHome.rings, startingAt: start, cancellation: .process)
    var writer = BatchWriter(header: consumer.header, asJSON: common.json)
    while let batch = try consumer.next() {
      guard writer.write(batch), follow else { return }
      consumer.release(batch)
    }
  }
}

/// Turns batches into lines on standard output.
private struct BatchWriter {
  private let header: RingHeader
  private let asJSON: Bool
  private var line: [UInt8] = []

  init(header: RingHeader, asJSON: Bool) {
    (self.header, self.asJSON) = (header, asJSON)
  }

  /// Writes the batch: one JSON object, or a line for each sequence. False when nobody reads any more.
  mutating func write(_ batch: RingBatch) -> Bool {
    line.removeAll(keepingCapacity: true)
    if asJSON {
      append("{\"first_sequence\":\(batch.firstPosition),\"ids\":[")
      for row in 0..<batch.count {
        appendIDs(batch, row, open: row == 0 ? "[" : ",[", between: 44, close: "]")
      }
      append("]}\n")
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
