/// A value of a column: null where `address` is nil.
struct ParquetCell {
  /// Where the bytes of a string or of a 96-bit time stand; of numbers anything.
  var address: UnsafeRawPointer?
  /// The bytes of a string; of numbers the number, or its bits.
  var value: Int

  static var null: ParquetCell { ParquetCell(address: nil, value: 0) }

  static func number(_ value: Int) -> ParquetCell {
    ParquetCell(address: UnsafeRawPointer(bitPattern: 1), value: value)
  }
}

typealias ParquetCells = UnsafeMutableBufferPointer<ParquetCell>

/// The values of one page, nulls left out.
protocol ParquetValues {
  /// Fills `cells` with the next values. They hold as long as the page, of some encodings until the next call.
  mutating func read(into cells: ParquetCells) throws(ParquetFault)

  /// How many values may be read at once.
  var batchLimit: Int { get }
}

extension ParquetValues {
  var batchLimit: Int { .max }
}

private let tooFew = ParquetFault.damaged("a page has fewer values than it states")

/// Strings, each behind its length of four bytes.
struct PlainStrings: ParquetValues {
  let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  mutating func read(into cells: ParquetCells) throws(ParquetFault) {
    for at in cells.indices {
      guard bytes.count - position >= 4 else { throw tooFew }
      let size = bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)
      let count = Int(UInt32(littleEndian: size))
      guard count <= bytes.count - position - 4 else { throw tooFew }
      cells[at] = ParquetCell(address: bytes.baseAddress! + position + 4, value: count)
      position += 4 + count
    }
  }
}

/// Numbers of a fixed width, plain or (BYTE_STREAM_SPLIT) all first bytes, then all second bytes, and so on.
struct PlainNumbers: ParquetValues {
  let bytes: UnsafeRawBufferPointer
  let width: Int
  let isSplit: Bool
  private var next = 0
  private let count: Int

  init(_ bytes: UnsafeRawBufferPointer, width: Int, isSplit: Bool) {
    (self.bytes, self.width, self.isSplit) = (bytes, width, isSplit)
    count = bytes.count / width
  }

  mutating func read(into cells: ParquetCells) throws(ParquetFault) {
    guard cells.count <= count - next else { throw tooFew }
    for at in cells.indices {
      cells[at] =
        width > 8
        ? ParquetCell(address: bytes.baseAddress! + next * width, value: width)
        : .number(isSplit ? split(next) : plain(next))
      next += 1
    }
  }

  private func plain(_ index: Int) -> Int {
    width == 4
      ? Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 4, as: Int32.self)))
      : Int(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: Int64.self)))
  }

  private func split(_ index: Int) -> Int {
    var bits: UInt64 = 0
    for at in 0..<width { bits |= UInt64(bytes[at * count + index]) << UInt64(8 * at) }
    return width == 4 ? Int(Int32(truncatingIfNeeded: bits)) : Int(bitPattern: UInt(bits))
  }
}

/// Truth values, a bit each.
struct PlainBooleans: ParquetValues {
  let bytes: UnsafeRawBufferPointer
  private var next = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  mutating func read(into cells: ParquetCells) throws(ParquetFault) {
    guard cells.count <= bytes.count * 8 - next else { throw tooFew }
    for at in cells.indices {
      cells[at] = .number(Int(bytes[next >> 3] >> UInt8(next & 7) & 1))
      next += 1
    }
  }
}

/// Small numbers in runs: truth values, or places in a dictionary.
struct RunValues: ParquetValues {
  private var runs: ParquetRuns
  private let dictionary: [ParquetCell]?
  private var scratch: [UInt32] = []

  /// - Parameter dictionary: nil where the numbers are the values themselves.
  init(_ bytes: UnsafeRawBufferPointer, width: Int, dictionary: [ParquetCell]?) throws(ParquetFault)
  {
    runs = try ParquetRuns(bytes, width: width)
    self.dictionary = dictionary
  }

  mutating func read(into cells: ParquetCells) throws(ParquetFault) {
    if scratch.count < cells.count { scratch = [UInt32](repeating: 0, count: cells.count) }
    try scratch.withUnsafeMutableBufferPointer { (numbers) throws(ParquetFault) in
      try runs.read(into: UnsafeMutableBufferPointer(rebasing: numbers[..<cells.count]))
    }
    guard let dictionary else {
      for at in cells.indices { cells[at] = .number(Int(scratch[at])) }
      return
    }
    for at in cells.indices {
      let place = Int(scratch[at])
      guard place < dictionary.count else {
        throw .damaged("entry \(place) of a dictionary of \(dictionary.count)")
      }
      cells[at] = dictionary[place]
    }
  }
}

/// Integers as differences.
struct DeltaIntegers: ParquetValues {
  var deltas: ParquetDeltas
  let isSmall: Bool

  mutating func read(into cells: ParquetCells) throws(ParquetFault) {
    for at in cells.indices {
      let value = try deltas.next()
      cells[at] = .number(isSmall ? Int(Int32(truncatingIfNeeded: value)) : Int(value))
    }
  }
}

/// All lengths as differences, then all strings.
struct DeltaLengthStrings: ParquetValues {
  private var lengths: ParquetDeltas
  private let data: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) throws(ParquetFault) {
    lengths = try ParquetDeltas(bytes)
    data = try lengths.rest()
  }

  mutating func read(into cells: ParquetCells) throws(ParquetFault) {
    for at in cells.indices { cells[at] = try next() }
  }

  mutating func next() throws(ParquetFault) -> ParquetCell {
    let count = try lengths.next()
    guard (0...Int64(data.count - position)).contains(count) else { throw tooFew }
    defer { position += Int(count) }
    return ParquetCell(address: data.baseAddress! + position, value: Int(count))
  }
}

/// Each string as the number of bytes that it shares with the one before, and what is different behind them.
struct DeltaStrings: ParquetValues {
  private var shared: ParquetDeltas
  private var ends: DeltaLengthStrings
  private let arena = ByteRoom()
  private var last = 0..<0  // where in the arena the last string stands
  let batchLimit: Int

  /// No string can be longer than its page, so this bounds what one call holds.
  private static let batchBytes = 16 << 20

  init(_ bytes: UnsafeRawBufferPointer) throws(ParquetFault) {
    shared = try ParquetDeltas(bytes)
    ends = try DeltaLengthStrings(try shared.rest())
    batchLimit = max(1, Self.batchBytes / max(1, bytes.count))
  }

  mutating func read(into cells: ParquetCells) throws(ParquetFault) {
    let kept = arena.bytes
    if !last.isEmpty { kept.copyMemory(from: UnsafeRawBufferPointer(rebasing: kept[last])) }
    last = 0..<last.count
    for at in cells.indices {
      let begin = try add()
      cells[at] = ParquetCell(address: UnsafeRawPointer(bitPattern: begin + 1), value: last.count)
    }
    // Only now the arena stays where it is.
    let base = UnsafeRawPointer(try arena.take(1).baseAddress!)
    for at in cells.indices {
      cells[at].address = base + (Int(bitPattern: cells[at].address) - 1)
    }
  }

  /// Puts the next string behind the last one and returns where.
  private mutating func add() throws(ParquetFault) -> Int {
    let (prefix, end) = (try shared.next(), try ends.next())
    guard (0...Int64(last.count)).contains(prefix) else { throw tooFew }
    let begin = last.upperBound
    let count = Int(prefix) + end.value
    let room = try arena.take(begin + count + 1, keeping: begin)
    let target = room.baseAddress! + begin
    target.copyMemory(from: room.baseAddress! + last.lowerBound, byteCount: Int(prefix))
    (target + Int(prefix)).copyMemory(from: end.address!, byteCount: end.value)
    last = begin..<(begin + count)
    return begin
  }
}
