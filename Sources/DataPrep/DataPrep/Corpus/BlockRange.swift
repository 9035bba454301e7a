import RingProtocol

/// Where a block of a corpus begins: enough to start reading there.
package struct BlockStart: Sendable, Equatable {
  /// The place of its first file in the corpus.
  package var file: Int
  /// The number of its first line in that file, from 1.
  package var line: Int
  /// How many decompressed bytes of that file stand before it.
  package var offset: UInt64
  /// Where decompression can begin to get there: at or before `offset`.
  package var entry: StreamEntry

  /// By default the beginning of a file.
  package init(
    file: Int, line: Int = 1, offset: UInt64 = 0,
    entry: StreamEntry = StreamEntry(stored: 0, plain: 0)
  ) {
    (self.file, self.line, self.offset, self.entry) = (file, line, offset, entry)
  }
}

/// A run of blocks of a corpus, for a process that reads only its part.
package struct BlockRange: Sendable, Equatable {
  /// The place of its first block in the corpus.
  package var first: Int
  /// How many blocks it has.
  package var count: Int
  package var start: BlockStart

  package init(first: Int, count: Int, start: BlockStart) {
    (self.first, self.count, self.start) = (first, count, start)
  }
}

extension Corpus {
  /// Where each block of the corpus begins. Reads and decompresses everything once, and parses nothing.
  ///
  /// - Throws: `CorpusError` for what cannot be read, `Interrupted`.
  package func survey(cancellation: CancellationFlag?, progress: ProgressMeter?) throws
    -> [BlockStart]
  {
    let reader = BlockReader(
      files: files, inputs: inputs, pool: BufferPool(),
      isStopped: { cancellation?.isSet ?? false }, onRead: { progress?.advance(by: $0) })
    var starts: [BlockStart] = []
    while true {
      try cancellation?.check()
      let start = reader.position
      guard try reader.next() != nil else { return starts }
      starts.append(start)
    }
  }

  /// The corpus of which `process` reads only these blocks: they keep the places they have in the whole.
  package func part(_ range: BlockRange) -> Corpus {
    var part = self
    part.range = range
    return part
  }
}
