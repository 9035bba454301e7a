/// Rows of neighbouring words (n-grams) of one text: which is the most frequent, and how many characters lie in repeated ones.
///
/// Nearly all rows of a text occur once, and what occurs once decides nothing. So one pass with a table of small counters finds the places
/// whose row may occur again; only those are looked at exactly. One for each thread.
///
/// - Complexity: two passes over the words, and for each length one over the places left.
final class WordRows {
  private var counters: UnsafeMutablePointer<UInt8>
  private var counterCapacity = 1 << 14
  private let table = RowTable()

  // Of the most frequent rows: the length that `places` stands for, and what was found.
  private var topLength = 0
  private var topPlaces: [Int32] = []
  private var tops: [Quantity?] = []

  // Of the repeated rows: the places at which five words or more may stand a second time.
  private var repeatPlaces: [Int32]?
  // The same for seven words or more.
  private var longRepeatPlaces: [Int32]?

  init() {
    counters = .allocate(capacity: counterCapacity)
  }

  deinit { counters.deallocate() }

  /// Forgets the text before.
  func begin() {
    (topLength, repeatPlaces, longRepeatPlaces) = (0, nil, nil)
    tops.removeAll(keepingCapacity: true)
  }

  // MARK: The most frequent row

  /// Characters (with a space between words) times occurrences of the most frequent row of `length` words, at least 2; of equally frequent
  /// ones the first counts. Nil where there are not so many words.
  func top(_ length: Int, of words: borrowing WordList, characters: Int) -> Quantity? {
    while topLength < length { findNextTop(words, characters) }
    return tops[length - 2]
  }

  private func findNextTop(_ words: borrowing WordList, _ characters: Int) {
    topLength = max(2, topLength + 1)
    let length = topLength
    guard words.count >= length else { return tops.append(nil) }
    if length == 2 {
      findRepeatedPairs(words)
    } else {
      topPlaces.removeAll { Int($0) + length > words.count }
    }
    let (first, times) = mostFrequent(length, words)
    let size = PlainText(words.bytes(first, length)).characterCount + length - 1
    tops.append(Quantity(size * times, of: characters))
  }

  /// The places whose pair of words may occur again.
  private func findRepeatedPairs(_ words: borrowing WordList) {
    let (hashes, count) = (words.hashes, words.count - 1)
    let shift = clearCounters(for: count)
    for place in 0..<count { bump(Self.pair(hashes, place) &>> shift) }
    topPlaces = collect(count) { place in
      self.counters[Int(truncatingIfNeeded: Self.pair(hashes, place) &>> shift)]
    }
  }

  @inline(__always)
  private static func pair(_ hashes: UnsafeMutablePointer<UInt64>, _ place: Int) -> UInt64 {
    (hashes[place] &+ hashes[place &+ 1] &* factors.0) &* factors.3
  }

  /// Odd numbers by which the hashes of neighbouring words are told apart.
  private static let factors: (UInt64, UInt64, UInt64, UInt64) = (
    0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0xD6E8_FEB8_6659_FD93
  )

  /// A number for the row of two to four words that begins at `place`.
  @inline(__always)
  private static func row(
    _ hashes: UnsafeMutablePointer<UInt64>, _ place: Int, _ length: Int
  ) -> UInt64 {
    var sum = hashes[place] &+ hashes[place &+ 1] &* factors.0
    if length > 2 { sum &+= hashes[place &+ 2] &* factors.1 }
    if length > 3 { sum &+= hashes[place &+ 3] &* factors.2 }
    return sum &* factors.3
  }

  /// The first place of the most frequent row and how often it occurs; leaves the places of repeated rows.
  private func mostFrequent(_ length: Int, _ words: borrowing WordList) -> (place: Int, times: Int)
  {
    table.begin(topPlaces.count)
    for place in topPlaces { table.count(Self.row(words.hashes, Int(place), length), size: 0) }
    var (first, most, kept) = (0, 1, 0)
    for (number, place) in topPlaces.enumerated() {
      let times = table.timesOfEntry(number)
      if times > most { (first, most) = (Int(place), times) }
      if times > 1 {
        topPlaces[kept] = place
        kept += 1
      }
    }
    topPlaces.removeLast(topPlaces.count - kept)
    return (first, most)
  }

  // MARK: Repeated rows

  /// The characters of rows of `length` words, at least 5, that occurred before, walking on behind each such row; words are
  /// compared without the space between them.
  func repeated(_ length: Int, of words: borrowing WordList, characters: Int) -> Quantity {
    let places = repeatPlaces(of: length, words)
    table.begin(places.count)
    var (next, sum) = (0, 0)
    for place in places {
      let place = Int(place)
      guard place >= next, place + length <= words.count else { continue }
      let bytes = words.bytes(place, length)
      if table.count(Self.hash(bytes), size: bytes.count) {
        sum += PlainText(bytes).characterCount
        next = place + length
      }
    }
    return Quantity(sum, of: characters)
  }

  private func repeatPlaces(of length: Int, _ words: borrowing WordList) -> [Int32] {
    let places = repeatPlaces ?? findRepeatPlaces(words)
    repeatPlaces = places
    guard length >= Self.long else { return places }
    let longer = longRepeatPlaces ?? findLongRepeatPlaces(among: places, words)
    longRepeatPlaces = longer
    return longer
  }

  private static let long = 7

  /// Those of `places` whose next 32 bytes occur again at one of them, and those where seven words are shorter than that.
  private func findLongRepeatPlaces(among places: [Int32], _ words: borrowing WordList) -> [Int32] {
    let solid = UnsafeRawPointer(words.solid)
    let shift = clearCounters(for: places.count)
    for place in places { bump(Self.longPrefix(solid + words.start(Int(place))) &>> shift) }
    return places.filter { place in
      let (place, start) = (Int(place), words.start(Int(place)))
      guard place + Self.long <= words.count else { return false }
      if Int(words.ends[place + Self.long - 1]) - start < 32 { return true }
      return counters[Int(truncatingIfNeeded: Self.longPrefix(solid + start) &>> shift)] > 1
    }
  }

  /// A number for a row's bytes, behind which 16 more may be read.
  @inline(__always)
  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var (at, left) = (UnsafeRawPointer(bytes.baseAddress!), bytes.count)
    var hash: UInt64 = 0
    while left >= 16 {
      hash = (hash &* factors.0) ^ prefix(at)
      at += 16
      left &-= 16
    }
    // The last bytes: as many of 16 as there are.
    let (low, high) = (
      at.loadUnaligned(as: UInt64.self), at.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    )
    let bits = UInt64(truncatingIfNeeded: left &* 8)
    let end =
      left < 8
      ? mixed(low & (1 &<< bits &- 1), 0) : mixed(low, high & (1 &<< (bits &- 64) &- 1))
    return (hash &* factors.0) ^ end
  }

  @inline(__always)
  private static func longPrefix(_ start: UnsafeRawPointer) -> UInt64 {
    prefix(start) ^ prefix(start + 16) &* factors.1
  }

  /// The places whose next 16 bytes occur again, and those where five words are shorter than that: two rows of five words or more that are equal
  /// both begin at such places.
  private func findRepeatPlaces(_ words: borrowing WordList) -> [Int32] {
    let count = words.count - 4
    guard count > 0 else { return [] }
    let (solid, ends) = (UnsafeRawPointer(words.solid), words.ends)
    let shift = clearCounters(for: count)
    var start = 0
    for place in 0..<count {
      bump(Self.prefix(solid + start) &>> shift)
      start = Int(ends[place])
    }
    return collect(count) { place in
      let start = place == 0 ? 0 : Int(ends[place &- 1])
      if Int(ends[place &+ 4]) &- start < 16 { return 2 }
      return self.counters[Int(truncatingIfNeeded: Self.prefix(solid + start) &>> shift)]
    }
  }

  @inline(__always)
  private static func prefix(_ start: UnsafeRawPointer) -> UInt64 {
    mixed(
      start.loadUnaligned(as: UInt64.self),
      start.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
  }

  @inline(__always)
  private static func mixed(_ low: UInt64, _ high: UInt64) -> UInt64 {
    let product = (low ^ 0x2D35_8DCC_AA6C_78A5).multipliedFullWidth(
      by: high ^ 0x8BB8_4B93_962E_ACC9)
    return (product.low ^ product.high) &* 0x9E37_79B9_7F4A_7C15
  }

  // MARK: Counters

  /// Zeroes at least eight counters for each of `count` places; the shift that makes a place among them of a hash.
  private func clearCounters(for count: Int) -> UInt64 {
    let bits = max(6, Int.bitWidth - (8 * count).leadingZeroBitCount)
    if 1 << bits > counterCapacity {
      counterCapacity = 1 << bits
      counters.deallocate()
      counters = .allocate(capacity: counterCapacity)
    }
    counters.update(repeating: 0, count: 1 << bits)
    return UInt64(64 - bits)
  }

  /// Counts to two.
  @inline(__always)
  private func bump(_ slot: UInt64) {
    let place = counters + Int(truncatingIfNeeded: slot)
    place.pointee = place.pointee | (place.pointee &+ 1)
  }

  /// The places whose counter says that their row was met twice.
  @inline(__always)
  private func collect(_ count: Int, _ counter: (Int) -> UInt8) -> [Int32] {
    [Int32](unsafeUninitializedCapacity: count) { buffer, found in
      for place in 0..<count {
        buffer[found] = Int32(truncatingIfNeeded: place)
        found &+= counter(place) > 1 ? 1 : 0
      }
    }
  }
}
