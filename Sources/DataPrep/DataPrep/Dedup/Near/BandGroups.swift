import RingProtocol

/// Reads the band records of one range of keys and finds the documents that meet.
package struct BandGroups {
  /// How many groups there are, and pairs in them: counted in each band anew.
  package struct Counts: Sendable, Equatable {
    package var groups: UInt64 = 0
    package var pairs: UInt64 = 0

    package init() {}

    /// `{"groups", "pairs"}`.
    var json: JSONValue { ["groups": .unsigned(groups), "pairs": .unsigned(pairs)] }

    init(_ json: JSONValue) {
      groups = UInt64(json["groups"]?.int ?? 0)
      pairs = UInt64(json["pairs"]?.int ?? 0)
    }

    package static func += (left: inout Counts, right: Counts) {
      left.groups += right.groups
      left.pairs += right.pairs
    }
  }

  private let memory: Int
  private let folder: String
  private let cancellation: CancellationFlag?

  /// - Parameter folder: where a sort above `memory` bytes spills.
  package init(memory: Int, folder: String, cancellation: CancellationFlag?) {
    (self.memory, self.folder, self.cancellation) = (memory, folder, cancellation)
  }

  /// Calls `body` with every document of the files that shares a key with another one, and the first document of that key;
  /// the first one comes with itself.
  package func forEachMeeting(
    of paths: [String], _ body: (BandRecord, UInt64) throws -> Void
  ) throws -> Counts {
    let sort = ExternalSort<BandRecord>(memory: memory, spillFolder: folder)
    for path in paths {
      try cancellation?.check()
      try sort.add(contentsOf: path)
    }
    let records = try sort.sorted()
    var counts = Counts()
    var first: BandRecord?
    var size: UInt64 = 0
    while let record = try records.next() {
      guard let begin = first, begin.key == record.key else {
        (first, size) = (record, 1)
        continue
      }
      if size == 1 {
        if counts.groups % 4096 == 0 { try cancellation?.check() }
        counts.groups += 1
        try body(begin, begin.ordinal)
      }
      counts.pairs += size
      size += 1
      try body(record, begin.ordinal)
    }
    return counts
  }
}
