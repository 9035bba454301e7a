import RingProtocol

/// Which examples were met in a corpus, and where first.
///
/// The sum of several parts does not depend on how the corpus was parted.
struct AgainstHits: Sendable, Equatable {
  /// What was met of one example.
  struct Hit: Sendable, Equatable {
    /// Documents that share a gram with it.
    var documents: Int64
    /// Places of documents where a gram of it begins.
    var grams: Int64
    /// The first such document in reading order.
    var ordinal: UInt64
    var document: String
    /// What it shares first.
    var text: String
  }

  private(set) var examples: [Int: Hit] = [:]

  /// Adds what a document shares with an example.
  mutating func add(_ hit: Hit, example: Int) {
    guard var sum = examples[example] else {
      examples[example] = hit
      return
    }
    if hit.ordinal < sum.ordinal {
      (sum.ordinal, sum.document, sum.text) = (hit.ordinal, hit.document, hit.text)
    }
    sum.documents += hit.documents
    sum.grams += hit.grams
    examples[example] = sum
  }

  /// Whether a document would be the first one of an example.
  func isFirst(_ ordinal: UInt64, example: Int) -> Bool {
    examples[example].map { ordinal < $0.ordinal } ?? true
  }

  // MARK: JSON

  /// What one command hands on to the report.
  var json: JSONValue {
    .array(
      examples.sorted { $0.key < $1.key }.map { example, hit in
        .array([
          .int(Int64(example)), .int(hit.documents), .int(hit.grams), .unsigned(hit.ordinal),
          .string(hit.document), .string(hit.text),
        ])
      })
  }

  mutating func add(_ json: JSONValue) {
    for row in json.array ?? [] {
      guard let values = row.array, values.count == 6, let example = values[0].int,
        let documents = values[1].int, let grams = values[2].int, let ordinal = values[3].int,
        let document = values[4].string, let text = values[5].string
      else { continue }
      let hit = Hit(
        documents: documents, grams: grams, ordinal: UInt64(bitPattern: ordinal),
        document: document, text: text)
      add(hit, example: Int(example))
    }
  }

  /// So many examples are named in a report.
  private static let shownExamples = 1000

  /// What the report shows: the examples met in most documents first.
  func shown(_ table: GramTable) -> JSONValue {
    let order = examples.sorted {
      ($1.value.documents, $1.value.grams, $0.key) < ($0.value.documents, $0.value.grams, $1.key)
    }
    let rows = order.prefix(Self.shownExamples).map { example, hit -> JSONValue in
      [
        "example": .string(table.examples[example].name),
        "file": .string(table.examples[example].file), "documents": .int(hit.documents),
        "ngrams": .int(hit.grams), "first_document": .string(hit.document),
        "text": .string(hit.text),
      ]
    }
    return [
      "examples": .int(Int64(table.examples.count)), "ngrams": .int(Int64(table.count)),
      "examples_hit": .int(Int64(examples.count)), "hits": .array(rows),
    ]
  }
}
