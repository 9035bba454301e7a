import RingProtocol

/// Reads the fields of `manifest.json`, each fault by its name.
struct ManifestParser {
  let path: String
  let json: JSONValue

  func manifest() throws(ShardError) -> Manifest {
    let version = try whole("format_version")
    guard version == UInt64(Manifest.formatVersion) else {
      throw .newerFormat(
        path: path, offset: 0, found: version, known: UInt64(Manifest.formatVersion))
    }
    let sequences = try whole("sequences", below: 1 << 48)
    let length = try size("sequence_length")
    let tokens = try whole("tokens")
    guard sequences * UInt64(length) == tokens else {
      throw fault("\(tokens) tokens, where \(sequences) sequences of \(length) are due")
    }
    return Manifest(
      fingerprint: try hexadecimal("fingerprint", 64), datasetID: try hexadecimal("dataset_id", 32),
      tokenType: try tokenType(), sequenceLength: length, sequences: sequences,
      documents: try whole("documents"), vocabularySize: try size("vocabulary_size"),
      specialTokens: try specialTokens(), roles: try roles(),
      tokenizerSHA256: try hexadecimal("tokenizer_sha256", 64),
      recipeSHA256: try hexadecimal("recipe_sha256", 64), order: try text("order"),
      seed: try whole("seed"), frameSequences: try size("frame_sequences"),
      codec: try codec(), level: Int(try field("level").int ?? 0),
      parityGroup: Int(json["parity"]?.int ?? 0),
      hasProvenance: json["provenance"]?.string == "full",
      provenanceBytes: UInt64(clamping: json["provenance_bytes"]?.int ?? 0),
      statistics: try statistics(tokens: tokens),
      distributions: json["distributions"].flatMap { Manifest.Distributions(json: $0) },
      shards: try shards())
  }

  /// Datasets of the first release name none.
  private func codec() throws(ShardError) -> Codec {
    guard let name = json["codec"]?.string else { return .zstd }
    guard let codec = Codec(rawValue: name) else {
      throw fault("\"codec\" is \(name), where zstd and lz4 are known")
    }
    return codec
  }

  private func fault(_ found: String) -> ShardError { .badManifest(path: path, found: found) }

  private func field(_ key: String, of object: JSONValue? = nil) throws(ShardError) -> JSONValue {
    guard let value = (object ?? json)[key] else { throw fault("it has no field \"\(key)\"") }
    return value
  }

  private func text(_ key: String, of object: JSONValue? = nil) throws(ShardError) -> String {
    guard let text = try field(key, of: object).string else {
      throw fault("\"\(key)\" is no string")
    }
    return text
  }

  private func whole(
    _ key: String, of object: JSONValue? = nil, below limit: UInt64 = .max
  ) throws(ShardError) -> UInt64 {
    let value = try field(key, of: object)
    guard let number = value.int.flatMap({ UInt64(exactly: $0) }), number < limit else {
      throw fault("\"\(key)\" is \(value.serialized()), which is not possible")
    }
    return number
  }

  /// A number that an `Int` in a header can be.
  private func size(_ key: String) throws(ShardError) -> Int {
    let number = try whole(key, below: 1 << 31)
    guard number > 0 else { throw fault("\"\(key)\" is 0") }
    return Int(number)
  }

  private func hexadecimal(
    _ key: String, _ digits: Int, of object: JSONValue? = nil
  ) throws(ShardError) -> String {
    let text = try text(key, of: object)
    guard Hexadecimal.bytes(text, count: digits / 2) != nil else {
      throw fault("\"\(key)\" is not \(digits) hexadecimal digits")
    }
    return text
  }

  private func tokenType() throws(ShardError) -> TokenType {
    let name = try text("token_type")
    guard let type = TokenType(rawValue: name) else {
      throw fault("\"token_type\" is \(name), where u16 and u32 are known")
    }
    return type
  }

  private func specialTokens() throws(ShardError) -> [Manifest.SpecialToken] {
    guard let members = try field("special_tokens").members else {
      throw fault("\"special_tokens\" is no object")
    }
    var tokens: [Manifest.SpecialToken] = []
    for member in members {
      guard let id = member.value.int.flatMap({ UInt32(exactly: $0) }) else {
        throw fault("the special token \(member.key) has no id")
      }
      tokens.append(.init(content: member.key, id: id))
    }
    return tokens
  }

  private func roles() throws(ShardError) -> SpecialRoles {
    guard let roles = SpecialRoles(json: try field("special_roles")) else {
      throw fault("\"special_roles\" is not an object of ids")
    }
    return roles
  }

  private func statistics(tokens: UInt64) throws(ShardError) -> TokenStatistics {
    guard let statistics = TokenStatistics(json: try field("statistics"), tokens: tokens) else {
      throw fault("\"statistics\" is not complete")
    }
    return statistics
  }

  private func shards() throws(ShardError) -> [ShardSummary] {
    guard let entries = try field("shards").array else { throw fault("\"shards\" is no array") }
    var shards: [ShardSummary] = []
    for entry in entries {
      shards.append(
        ShardSummary(
          file: try text("file", of: entry),
          sequences: try whole("sequences", of: entry, below: 1 << 48),
          bytes: try whole("bytes", of: entry, below: 1 << 62),
          sha256: try hexadecimal("sha256", 64, of: entry)))
    }
    return shards
  }
}

extension Manifest {
  /// The sums agree, and every shard is a file of this folder.
  func check(path: String) throws(ShardError) {
    func fault(_ found: String) -> ShardError { .badManifest(path: path, found: found) }
    if shards.isEmpty { throw fault("it names no shard") }
    for shard in shards where shard.file.contains("/") || shard.file.hasPrefix(".") {
      throw fault("the shard \(shard.file) is not a file of this folder")
    }
    let sum = shards.reduce(UInt64(0)) { $0 &+ $1.sequences }
    guard sum == sequences else {
      throw fault("\(sequences) sequences, and its shards have \(sum)")
    }
    for (number, shard) in shards.enumerated() {
      if let found = header(ofShard: number, sequences: shard.sequences).fault {
        throw fault("shard \(shard.file): \(found)")
      }
    }
  }

  /// The header that shard `number` must have, but for the notes.
  func header(ofShard number: Int, sequences: UInt64) -> ShardHeader {
    ShardHeader(
      tokenType: tokenType, number: UInt32(number), sequenceLength: sequenceLength,
      vocabularySize: vocabularySize, frameSequences: frameSequences, sequences: sequences,
      datasetID: datasetID, tokenizerSHA256: tokenizerSHA256, recipeSHA256: recipeSHA256,
      roles: roles, codec: codec, notes: "")
  }
}
