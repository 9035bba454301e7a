/// How many characters lie in rows of neighbouring words that occurred before, their words end to end. One for each thread.
///
/// For each place a bound is found on how many of its next bytes stand at another place too, in steps of 16 by small counters. Only rows
/// shorter than that can occur again, and only those are looked at exactly: for most places none.
final class RepeatedRows {
  private let counters: RowCounters
  private let table = RowTable()
  /// Places where a row may occur again, in their order.
  private var candidates: UnsafeMutablePointer<Candidate>
  private var capacity = 1 << 12
  private var count = 0
  /// The length of the rows that `candidates` stands for; 0 before the first. Longer ones are among them.
  private var length = 0

  private struct Candidate {
    var place: Int32
    /// Rows from here of so many bytes or more occur nowhere else.
    var limit: UInt32
  }

  /// The shortest rows, in words.
  static let shortest = 5
  private static let step = 16
  /// What is compared at most, in bytes: text is followed by as many that may be read.
  static let longest = 64

  init(_ counters: RowCounters) {
    self.counters = counters
    candidates = .allocate(capacity: capacity)
  }

  deinit { candidates.deallocate() }

  /// Forgets the text before.
  func begin() { length = 0 }

  /// The characters of rows of `length` words, at least 5, that occurred before, walking on behind each such row.
  func characters(_ length: Int, of words: borrowing WordList) -> Int {
    narrow(to: length, words)
    table.begin(count)
    var (next, sum) = (0, 0)
    for number in 0..<count {
      let place = Int(candidates[number].place)
      guard place >= next else { continue }
      let bytes = words.bytes(place, length)
      if table.count(RowHash.whole(bytes), size: bytes.count) {
        sum += PlainText(bytes).characterCount
        next = place + length
      }
    }
    return sum
  }

  /// Leaves the candidates of rows of `wanted` words.
  private func narrow(to wanted: Int, _ words: borrowing WordList) {
    if length == 0 || length > wanted { findCandidates(words) }
    length = wanted
    var kept = 0
    for number in 0..<count {
      let candidate = candidates[number]
      let place = Int(candidate.place)
      candidates[kept] = candidate
      guard place + wanted <= words.count else { break }
      let size = Int(words.ends[place + wanted - 1]) - words.start(place)
      kept += size < Int(candidate.limit) ? 1 : 0
    }
    count = kept
  }

  // MARK: Candidates

  /// Those of all places where the shortest rows may occur again.
  private func findCandidates(_ words: borrowing WordList) {
    let places = max(0, words.count - Self.shortest + 1)
    reserve(places)
    findRepeatedBeginnings(places, words)
    var bytes = 2 * Self.step
    while bytes <= Self.longest, raiseLimits(to: bytes, words) { bytes += Self.step }
  }

  private func reserve(_ wanted: Int) {
    guard wanted > capacity else { return }
    candidates.deallocate()
    capacity = wanted
    candidates = .allocate(capacity: capacity)
  }

  /// Takes the places whose next 16 bytes may occur again, and those with shorter rows.
  private func findRepeatedBeginnings(_ places: Int, _ words: borrowing WordList) {
    let (solid, ends) = (UnsafeRawPointer(words.solid), words.ends)
    counters.begin(places)
    var start = 0
    for place in 0..<places {
      counters.add(RowHash.prefix(solid + start))
      start = Int(ends[place])
    }
    (start, count) = (0, 0)
    for place in 0..<places {
      let isRepeated = counters.mayRepeat(RowHash.prefix(solid + start))
      let isShort = Int(ends[place &+ Self.shortest &- 1]) &- start < Self.step
      candidates[count] = Candidate(
        place: Int32(truncatingIfNeeded: place),
        limit: UInt32(isRepeated ? 2 * Self.step : Self.step))
      count &+= isRepeated || isShort ? 1 : 0
      start = Int(ends[place])
    }
  }

  /// Raises the limit of the candidates whose next `bytes` may occur again; whether there are such.
  private func raiseLimits(to bytes: Int, _ words: borrowing WordList) -> Bool {
    let solid = UnsafeRawPointer(words.solid)
    let all = UnsafeMutableBufferPointer(start: candidates, count: count)
    counters.begin(count)
    for candidate in all where candidate.limit == bytes {
      counters.add(RowHash.beginning(solid + words.start(Int(candidate.place)), bytes))
    }
    var any = false
    for number in all.indices where all[number].limit == bytes {
      let start = solid + words.start(Int(all[number].place))
      guard counters.mayRepeat(RowHash.beginning(start, bytes)) else { continue }
      all[number].limit = bytes == Self.longest ? .max : UInt32(bytes + Self.step)
      any = true
    }
    return any
  }
}

/// Numbers for the bytes of rows.
enum RowHash {
  /// Odd numbers by which parts are told apart.
  static let factors: (UInt64, UInt64, UInt64, UInt64) = (
    0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0xD6E8_FEB8_6659_FD93
  )

  /// Of 16 bytes.
  @inline(__always)
  static func prefix(_ start: UnsafeRawPointer) -> UInt64 {
    mixed(
      start.loadUnaligned(as: UInt64.self),
      start.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
  }

  /// Of a multiple of 16 bytes.
  @inline(__always)
  static func beginning(_ start: UnsafeRawPointer, _ count: Int) -> UInt64 {
    var (hash, at): (UInt64, Int) = (0, 0)
    while at < count {
      hash = (hash ^ prefix(start + at)) &* factors.1
      at &+= 16
    }
    return hash
  }

  /// Of all bytes, behind which 16 more may be read.
  @inline(__always)
  static func whole(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var (at, left) = (UnsafeRawPointer(bytes.baseAddress!), bytes.count)
    var hash: UInt64 = 0
    while left >= 16 {
      hash = (hash &* factors.0) ^ prefix(at)
      at += 16
      left &-= 16
    }
    // The last bytes: as many of 16 as there are.
    let low = at.loadUnaligned(as: UInt64.self)
    let high = at.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    let bits = UInt64(truncatingIfNeeded: left &* 8)
    let end =
      left < 8
      ? mixed(low & (1 &<< bits &- 1), 0) : mixed(low, high & (1 &<< (bits &- 64) &- 1))
    return (hash &* factors.0) ^ end
  }

  @inline(__always)
  private static func mixed(_ low: UInt64, _ high: UInt64) -> UInt64 {
    let product = (low ^ 0x2D35_8DCC_AA6C_78A5).multipliedFullWidth(
      by: high ^ 0x8BB8_4B93_962E_ACC9)
    return (product.low ^ product.high) &* factors.0
  }
}
