/// Which rows of two to four neighbouring words of a text are the most frequent. One for each thread.
///
/// Nearly all rows of a text occur once. So small counters find the places whose pair of words may occur again; only those are looked at
/// exactly, and of longer rows only those whose shorter row does.
final class TopRows {
  private let counters: RowCounters
  private let table = RowTable()
  /// Places where a row of `length` words occurs again, in their order.
  private var places: UnsafeMutablePointer<Int32>
  private var capacity = 1 << 12
  private var count = 0
  private var length = 0
  private var found: [Top?] = []

  private struct Top {
    var place: Int
    var times: Int
  }

  init(_ counters: RowCounters) {
    self.counters = counters
    places = .allocate(capacity: capacity)
  }

  deinit { places.deallocate() }

  /// Forgets the text before.
  func begin() {
    length = 1
    found.removeAll(keepingCapacity: true)
  }

  /// Characters (with a space between words) times occurrences of the most frequent row of `length` words, at least 2; of equally frequent
  /// ones the first counts. Nil where there are not so many words.
  func characters(_ length: Int, of words: borrowing WordList) -> Int? {
    while self.length < length { findNext(words) }
    return found[length - 2].map { top in
      top.times * (PlainText(words.bytes(top.place, length)).characterCount + length - 1)
    }
  }

  private func findNext(_ words: borrowing WordList) {
    length += 1
    guard words.count >= length else { return found.append(nil) }
    if length == 2 { findRepeatedPairs(words) }
    while count > 0, Int(places[count - 1]) + length > words.count { count -= 1 }
    found.append(mostFrequent(words.hashes))
  }

  private func reserve(_ wanted: Int) {
    guard wanted > capacity else { return }
    places.deallocate()
    capacity = wanted
    places = .allocate(capacity: capacity)
  }

  /// Takes the places whose pair of words may occur again.
  private func findRepeatedPairs(_ words: borrowing WordList) {
    let (hashes, pairs, counters) = (words.hashes, words.count - 1, counters)
    reserve(pairs)
    counters.begin(pairs)
    for place in 0..<pairs { counters.add(Self.row(hashes + place, 2)) }
    let places = places
    var count = 0
    for place in 0..<pairs {
      places[count] = Int32(truncatingIfNeeded: place)
      count &+= counters.mayRepeat(Self.row(hashes + place, 2)) ? 1 : 0
    }
    self.count = count
  }

  /// A number for a row of two to four words.
  @inline(__always)
  private static func row(_ words: UnsafeMutablePointer<UInt64>, _ length: Int) -> UInt64 {
    let factors = RowHash.factors
    var sum = words[0] &+ words[1] &* factors.0
    if length > 2 { sum &+= words[2] &* factors.1 }
    if length > 3 { sum &+= words[3] &* factors.2 }
    return sum &* factors.3
  }

  /// The first place of the most frequent row and how often that occurs; leaves the places of repeated rows.
  private func mostFrequent(_ hashes: UnsafeMutablePointer<UInt64>) -> Top {
    let (places, table, length) = (places, table, length)
    table.begin(count)
    for number in 0..<count {
      table.count(Self.row(hashes + Int(places[number]), length), size: 0)
    }
    var (top, kept) = (Top(place: 0, times: 1), 0)
    for number in 0..<count {
      let (place, times) = (places[number], table.timesOfEntry(number))
      if times > top.times { top = Top(place: Int(place), times: times) }
      places[kept] = place
      kept &+= times > 1 ? 1 : 0
    }
    count = kept
    return top
  }
}
