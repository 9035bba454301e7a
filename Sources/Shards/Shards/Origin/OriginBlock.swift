/// The documents of a shard in blocks: numbers and origins, column by column, so that what repeats lies together.
enum OriginBlock {
  /// Documents of a block.
  static let documents = 4096

  /// A document as the table lists it.
  struct Entry: Equatable, Sendable {
    var number: UInt64
    var origin: DocumentOrigin
  }

  static func encoded(_ numbers: ArraySlice<UInt64>, _ origins: [DocumentOrigin]) -> [UInt8] {
    precondition(numbers.count == origins.count, "\(numbers.count) and \(origins.count)")
    var bytes: [UInt8] = []
    var previous: UInt64 = 0
    for number in numbers {
      bytes.append(variable: number - previous)
      previous = number
    }
    append(origins.map(\.file), to: &bytes)
    append(origins.map(\.source), to: &bytes)
    for origin in origins { bytes.append(variable: UInt64(origin.id.utf8.count)) }
    for origin in origins { bytes.append(contentsOf: origin.id.utf8) }
    return bytes
  }

  /// A column of few different texts: those, then for each document 0 for none, or 1 more than the text's place.
  private static func append(_ column: [String?], to bytes: inout [UInt8]) {
    var places: [String: UInt64] = [:]
    var texts: [String] = []
    var (last, lastPlace): (String?, UInt64) = (nil, 0)
    let indices = column.map { text -> UInt64 in
      guard let text else { return 0 }
      if text == last { return lastPlace }
      if places[text] == nil {
        texts.append(text)
        places[text] = UInt64(texts.count)
      }
      (last, lastPlace) = (text, places[text]!)
      return lastPlace
    }
    bytes.append(variable: UInt64(texts.count))
    for text in texts { bytes.append(text: text) }
    for index in indices { bytes.append(variable: index) }
  }

  /// The entries of a block of `count` documents; nil where the bytes are not those.
  static func decoded(_ bytes: [UInt8], count: Int) -> [Entry]? {
    bytes.withUnsafeBytes { raw in
      var reader = ByteReader(raw)
      guard let numbers = numbers(&reader, count: count), let files = column(&reader, count: count),
        let sources = column(&reader, count: count), let sizes = reader.variables(count)
      else { return nil }
      var entries: [Entry] = []
      entries.reserveCapacity(count)
      for place in 0..<count {
        guard let file = files[place], let size = Int(exactly: sizes[place]),
          let id = reader.part(size)
        else { return nil }
        let origin = DocumentOrigin(
          id: String(decoding: id, as: UTF8.self), file: file, source: sources[place])
        entries.append(Entry(number: numbers[place], origin: origin))
      }
      return reader.isAtEnd ? entries : nil
    }
  }

  private static func numbers(_ reader: inout ByteReader, count: Int) -> [UInt64]? {
    guard let steps = reader.variables(count) else { return nil }
    var sum: UInt64 = 0
    var numbers: [UInt64] = []
    for step in steps {
      let (number, overflow) = sum.addingReportingOverflow(step)
      guard !overflow, numbers.isEmpty || step > 0 else { return nil }
      numbers.append(number)
      sum = number
    }
    return numbers
  }

  private static func column(_ reader: inout ByteReader, count: Int) -> [String?]? {
    guard let size = reader.variable(upTo: count) else { return nil }
    var texts: [String] = []
    for _ in 0..<size {
      guard let text = reader.text() else { return nil }
      texts.append(text)
    }
    guard let indices = reader.variables(count) else { return nil }
    guard indices.allSatisfy({ $0 <= UInt64(size) }) else { return nil }
    return indices.map { $0 == 0 ? nil : texts[Int($0) - 1] }
  }
}
