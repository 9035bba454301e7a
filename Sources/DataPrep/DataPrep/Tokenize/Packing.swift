import RingProtocol
import Shards
import Tokenization

/// The packed documents of both sides, waiting in spools to be ordered and written.
///
/// When the spools are whole, `spool.json` says so: a run that is stopped later goes on from there.
struct Packing: Equatable {
  /// One side of a dataset.
  struct Side: Equatable {
    /// `train` or `heldout`.
    let name: String
    let spool: BlockSpool
    let tally: BlockPacker.Tally
  }

  var sides: [Side] = []
  var input = Tally()
  var dropped: [FaultyLine.Reason: Tally] = [:]
  /// Code points of all documents.
  var characters: UInt64 = 0

  static let stateName = "spool.json"

  /// Documents that were read and not dropped.
  var documents: UInt64 {
    dropped.values.reduce(input.documents) { $0 - $1.documents }
  }
}

/// What a part of a planned run counted, for the one that packs.
extension Packing {
  var partJSON: JSONValue {
    [
      "input": input.json,
      "dropped": .object(dropped.map { .init($0.key.rawValue, $0.value.json) }),
      "characters": .unsigned(characters),
    ]
  }

  /// Adds what a part counted.
  mutating func add(part json: JSONValue) {
    input += Tally(json: json["input"] ?? .null)
    for member in json["dropped"]?.members ?? [] {
      guard let reason = FaultyLine.Reason(rawValue: member.key) else { continue }
      dropped[reason, default: Tally()] += Tally(json: member.value)
    }
    characters += UInt64(clamping: json["characters"]?.int ?? 0)
  }
}

extension Packing {
  /// Puts what a spool folder is known to hold into its `spool.json`.
  func save(to folder: String) throws(FileError) {
    let state: JSONValue = [
      "sides": .array(sides.map(\.json)), "input": input.json,
      "dropped": .object(dropped.map { .init($0.key.rawValue, $0.value.json) }),
      "characters": .unsigned(characters),
    ]
    try AtomicFile.replace(folder + "/" + Self.stateName, with: state.serialized())
  }

  /// What an earlier run packed into `folder`; nil where it was stopped before that.
  ///
  /// - Parameter blockBytes: of one block, by the options of this run.
  static func load(_ folder: String, blockBytes: Int) -> Packing? {
    guard let state = try? JSONValue.read(folder + "/" + stateName), let input = state["input"],
      let sides = state["sides"]?.array, let dropped = state["dropped"]?.members,
      let characters = state["characters"]?.int.flatMap({ UInt64(exactly: $0) })
    else { return nil }
    var packing = Packing()
    packing.input = Tally(json: input)
    packing.characters = characters
    for member in dropped {
      guard let reason = FaultyLine.Reason(rawValue: member.key) else { return nil }
      packing.dropped[reason] = Tally(json: member.value)
    }
    packing.sides = sides.compactMap { Side(json: $0, folder: folder, blockBytes: blockBytes) }
    let isWhole = packing.sides.allSatisfy { side in
      if SlicedSpool.load(side.spool) != nil { return true }
      let size = (try? InputStamp(of: side.spool.path))?.size
      let places = try? InputStamp(
        of: OriginSpool.placesPath(SpooledCatalog.path(besideBlocks: side.spool.path)))
      return size == side.spool.byteCount
        && places?.size == side.tally.documents * UInt64(OriginSpool.placeBytes)
    }
    return isWhole && packing.sides.count == sides.count ? packing : nil
  }
}

extension Packing.Side {
  /// The name of a side's spool in its folder.
  static func spoolPath(_ name: String, in folder: String) -> String { "\(folder)/\(name).blocks" }

  fileprivate var json: JSONValue {
    [
      "name": .string(name), "blocks": .unsigned(spool.count),
      "documents": .unsigned(tally.documents), "tokens": .unsigned(tally.tokens),
      "tail_tokens": .unsigned(tally.tailTokens), "tail_documents": .unsigned(tally.tailDocuments),
      "lengths": tally.lengths.json, "characters": .unsigned(tally.characters),
    ]
  }

  fileprivate init?(json: JSONValue, folder: String, blockBytes: Int) {
    func number(_ key: String) -> UInt64? { json[key]?.int.flatMap { UInt64(exactly: $0) } }
    guard let name = json["name"]?.string, let blocks = number("blocks"),
      let documents = number("documents"), let tokens = number("tokens"),
      let tailTokens = number("tail_tokens"), let tailDocuments = number("tail_documents"),
      let lengths = json["lengths"].flatMap({ LengthDistribution(json: $0) }),
      let characters = number("characters")
    else { return nil }
    self.name = name
    spool = BlockSpool(
      path: Self.spoolPath(name, in: folder), blockBytes: blockBytes, count: blocks)
    tally = .init(
      documents: documents, tokens: tokens, tailTokens: tailTokens, tailDocuments: tailDocuments,
      lengths: lengths, characters: characters)
  }
}

extension Tally {
  fileprivate init(json: JSONValue) {
    func number(_ key: String) -> UInt64 { UInt64(clamping: json[key]?.int ?? 0) }
    self.init(documents: number("documents"), bytes: number("bytes"))
  }
}
