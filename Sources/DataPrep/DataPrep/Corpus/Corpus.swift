import RingProtocol
import Synchronization

/// The documents that a command line names, read in order by several threads.
public struct Corpus: Sendable {
  /// What was asked for.
  public let inputs: CorpusInputs
  /// The files, in reading order.
  public internal(set) var files: [CorpusFile]
  /// What tells these files from others of the same names, for `OutputFolder`.
  public let stamps: [InputStamp]
  /// The blocks that are read; nil reads all.
  var range: BlockRange?

  /// Finds the files; nothing is read yet.
  ///
  /// - Throws: `CorpusError` where an argument yields no file.
  public init(_ inputs: CorpusInputs) throws(CorpusError) {
    self.inputs = inputs
    files = try InputSearch.files(of: inputs)
    do throws(FileError) {
      var stamps: [InputStamp] = []
      for file in files { stamps.append(try InputStamp(of: file.path)) }
      self.stamps = stamps
    } catch { throw .file(error) }
  }

  /// The bytes of all files as they are stored: what a progress meter counts. 0 for standard input and pipes.
  public var storedBytes: UInt64 { stamps.reduce(0) { $0 + $1.size } }

  /// The options that decide which documents there are: part of the settings of every stage.
  public var settings: [JSONValue.Member] {
    [
      .init("text_field", .string(inputs.textField)), .init("id_field", .string(inputs.idField)),
      .init("text_documents", .string(inputs.textDocuments.rawValue)),
      .init("skip_damaged", .bool(inputs.skipDamaged)),
    ]
  }

  /// Lets the work on one block pass through a place where the blocks come one at a time, in reading order.
  public struct Turn {
    fileprivate let run: (() throws -> Void) throws -> Void

    /// Runs `body` when all earlier blocks have had their turn, and before any later one has. At most once a block.
    public func inOrder(_ body: () throws -> Void) throws {
      try run(body)
    }
  }

  /// Reads all documents: `work` gets them in blocks, `collect` gets the results in reading order.
  ///
  /// A block ends with the line that reaches 16 MiB of input lines, across files, so what the blocks hold depends on the
  /// plain bytes of the input alone. At most `threads + 2` blocks are in memory (a line longer than a block
  /// makes its block as long).
  ///
  /// - Parameters:
  ///   - threads: how many threads parse and work; one more reads and decompresses.
  ///   - cancellation: looked at between blocks and while waiting; a set flag ends the call with `Interrupted`.
  ///   - progress: counts the stored bytes read, see `storedBytes`.
  ///   - makeScratch: called once on each working thread.
  ///   - work: called on the working threads; buffers of the documents are valid until it returns.
  ///   - collect: called on the calling thread.
  /// - Throws: the first failure in reading order: `CorpusError`, `Interrupted`, or what a closure threw.
  public func process<Scratch, Output: Sendable>(
    threads: Int, cancellation: CancellationFlag?, progress: ProgressMeter?,
    makeScratch: @escaping @Sendable () throws -> Scratch,
    work: @escaping @Sendable (inout Scratch, DocumentBlock, Turn) throws -> Output,
    collect: (Output) throws -> Void
  ) throws {
    let pipeline = OrderedPipeline<InputBlock, Output>(threads: threads)
    let pool = BufferPool()
    let first = range?.first ?? 0
    try pipeline.run(
      cancellation: cancellation,
      produce: {
        let reader = BlockReader(
          files: files, inputs: inputs, pool: pool, isStopped: { pipeline.isStopped },
          onRead: { progress?.advance(by: $0) }, start: range?.start)
        var left = range?.count ?? .max
        return {
          left -= 1
          return left < 0 ? nil : try reader.next()
        }
      },
      work: {
        let parser = BlockParser(files: files, inputs: inputs, pool: pool)
        var scratch = try makeScratch()
        return { input, turn in
          let block = try parser.parse(input, index: first + turn.index)
          return try block.withDocuments {
            try work(&scratch, block, Turn { body in try turn.inOrder(body) })
          }
        }
      },
      collect: collect)
  }

  /// Reads all documents, as above, where no work has to be done in order.
  public func process<Scratch, Output: Sendable>(
    threads: Int, cancellation: CancellationFlag?, progress: ProgressMeter?,
    makeScratch: @escaping @Sendable () throws -> Scratch,
    work: @escaping @Sendable (inout Scratch, DocumentBlock) throws -> Output,
    collect: (Output) throws -> Void
  ) throws {
    try process(
      threads: threads, cancellation: cancellation, progress: progress, makeScratch: makeScratch,
      work: { scratch, block, _ in try work(&scratch, block) }, collect: collect)
  }
}
