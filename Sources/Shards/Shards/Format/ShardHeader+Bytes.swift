import RingProtocol

/// Where each fact lies in the header frame, in bytes from the start of the file.
private enum Offset {
  static let magic = 0
  static let frameSize = 4
  static let name = 8
  static let version = 16
  static let flags = 18
  static let tokenBytes = 20
  static let codec = 21
  static let reserved = 22
  static let number = 24
  static let sequenceLength = 28
  static let vocabularySize = 32
  static let frameSequences = 36
  static let sequences = 40
  static let frames = 48
  static let notesBytes = 52
  static let shardID = 56
  static let datasetID = 72
  static let tokenizerSHA256 = 88
  static let recipeSHA256 = 120
  static let roles = 152
  static let reservedTail = 172
  static let notes = 256
  static let checksum = ShardFormat.headerBytes - 4
}

private let headerName = Array("CRAMTOK\0".utf8)
private let noRole = UInt32.max

extension ShardHeader {
  /// Bytes that `notes` may have.
  public static let notesLimit = Offset.checksum - Offset.notes

  /// The 4,096 bytes of the header frame.
  func encoded() -> [UInt8] {
    precondition(fault == nil, "\(fault!)")
    let notes = Array(self.notes.utf8)
    precondition(notes.count <= Self.notesLimit, "\(notes.count) bytes of notes")
    var bytes = [UInt8](repeating: 0, count: ShardFormat.headerBytes)
    bytes.set(ShardFormat.headerMagic, at: Offset.magic)
    bytes.set(UInt32(ShardFormat.headerBytes - 8), at: Offset.frameSize)
    bytes.set(headerName, at: Offset.name)
    bytes.set(ShardFormat.version, at: Offset.version)
    setFacts(of: &bytes)
    bytes.set(UInt32(notes.count), at: Offset.notesBytes)
    bytes.set(notes, at: Offset.notes)
    let sum = bytes.withUnsafeBytes { Checksum.crc32c($0.part(0..<Offset.checksum), seed: 0) }
    bytes.set(sum, at: Offset.checksum)
    return bytes
  }

  private func setFacts(of bytes: inout [UInt8]) {
    bytes[Offset.tokenBytes] = UInt8(tokenType.byteCount)
    bytes[Offset.codec] = codec.number
    bytes.set(number, at: Offset.number)
    bytes.set(UInt32(sequenceLength), at: Offset.sequenceLength)
    bytes.set(UInt32(vocabularySize), at: Offset.vocabularySize)
    bytes.set(UInt32(frameSequences), at: Offset.frameSequences)
    bytes.set(sequences, at: Offset.sequences)
    bytes.set(UInt32(frameCount), at: Offset.frames)
    bytes.set(digest(shardID, 16), at: Offset.shardID)
    bytes.set(digest(datasetID, 16), at: Offset.datasetID)
    bytes.set(digest(tokenizerSHA256, 32), at: Offset.tokenizerSHA256)
    bytes.set(digest(recipeSHA256, 32), at: Offset.recipeSHA256)
    for (place, role) in roles.named.enumerated() {
      bytes.set(role.id ?? noRole, at: Offset.roles + 4 * place)
    }
  }

  private func digest(_ text: String, _ count: Int) -> [UInt8] {
    guard let bytes = Hexadecimal.bytes(text, count: count) else {
      preconditionFailure("\(text) is no digest of \(count) bytes")
    }
    return bytes
  }

  /// Reads the header frame of the shard at `path` from its first 4,096 bytes.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(ShardError) {
    try Self.checkFrame(bytes, path: path)
    func field(_ offset: Int) -> Int { Int(bytes.number(at: offset, as: UInt32.self)) }
    func digest(_ offset: Int, _ count: Int) -> String {
      Hexadecimal.text(bytes.part(offset..<offset + count))
    }
    func fault(_ offset: Int, _ found: String) -> ShardError {
      .damaged(path: path, offset: UInt64(offset), found: found)
    }
    let tokenBytes = bytes[Offset.tokenBytes]
    guard let tokenType = TokenType(byteCount: Int(tokenBytes)) else {
      throw fault(Offset.tokenBytes, "tokens of \(tokenBytes) bytes, where 2 or 4 are possible")
    }
    guard let codec = Codec(number: bytes[Offset.codec]) else {
      throw .newerFormat(
        path: path, offset: UInt64(Offset.codec), found: UInt64(bytes[Offset.codec]),
        known: UInt64(Codec.allCases.map(\.number).max()!))
    }
    let notesBytes = field(Offset.notesBytes)
    guard notesBytes <= Self.notesLimit else {
      throw fault(Offset.notesBytes, "\(notesBytes) bytes of notes, more than fit")
    }
    let notes = bytes.part(Offset.notes..<Offset.notes + notesBytes)
    self.init(
      tokenType: tokenType, number: bytes.number(at: Offset.number),
      sequenceLength: field(Offset.sequenceLength), vocabularySize: field(Offset.vocabularySize),
      frameSequences: field(Offset.frameSequences), sequences: bytes.number(at: Offset.sequences),
      datasetID: digest(Offset.datasetID, 16), tokenizerSHA256: digest(Offset.tokenizerSHA256, 32),
      recipeSHA256: digest(Offset.recipeSHA256, 32), roles: Self.roles(bytes), codec: codec,
      notes: String(decoding: notes, as: UTF8.self))
    if let found = self.fault { throw fault(Offset.sequenceLength, found) }
    guard field(Offset.frames) == frameCount else {
      throw fault(
        Offset.frames,
        "\(field(Offset.frames)) frames, where \(sequences) sequences fill \(frameCount)")
    }
    guard digest(Offset.shardID, 16) == shardID else {
      throw fault(Offset.shardID, "an id that is not the digest of dataset and number")
    }
  }

  private static func roles(_ bytes: UnsafeRawBufferPointer) -> SpecialRoles {
    let ids = (0..<5).map { place -> UInt32? in
      let id: UInt32 = bytes.number(at: Offset.roles + 4 * place)
      return id == noRole ? nil : id
    }
    return SpecialRoles(pad: ids[0], unk: ids[1], cls: ids[2], sep: ids[3], mask: ids[4])
  }

  /// Magic, version, checksum, and zeros where zeros belong.
  private static func checkFrame(_ bytes: UnsafeRawBufferPointer, path: String) throws(ShardError) {
    let size: UInt32 = bytes.number(at: Offset.frameSize)
    guard bytes.number(at: Offset.magic) == ShardFormat.headerMagic,
      size == UInt32(ShardFormat.headerBytes - 8),
      bytes.part(Offset.name..<Offset.name + 8).elementsEqual(headerName)
    else { throw .notAShard(path: path, offset: 0, found: "no header of a shard begins") }
    let computed = Checksum.crc32c(bytes.part(0..<Offset.checksum), seed: 0)
    let stored: UInt32 = bytes.number(at: Offset.checksum)
    guard computed == stored else {
      throw .damaged(
        path: path, offset: UInt64(Offset.checksum),
        found: "the header's CRC-32C is \(computed), and \(stored) was written")
    }
    let version: UInt16 = bytes.number(at: Offset.version)
    guard version == ShardFormat.version else {
      throw .newerFormat(
        path: path, offset: UInt64(Offset.version), found: UInt64(version),
        known: UInt64(ShardFormat.version))
    }
    try checkReserved(bytes, path: path)
  }

  private static func checkReserved(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(ShardError) {
    let notesEnd =
      Offset.notes + min(Int(bytes.number(at: Offset.notesBytes, as: UInt32.self)), notesLimit)
    let reserved = [
      Offset.flags..<Offset.tokenBytes, Offset.reserved..<Offset.number,
      Offset.reservedTail..<Offset.notes, notesEnd..<Offset.checksum,
    ]
    for range in reserved {
      if let place = range.first(where: { bytes[$0] != 0 }) {
        throw .newerFormat(path: path, offset: UInt64(place), found: UInt64(bytes[place]), known: 0)
      }
    }
  }
}
