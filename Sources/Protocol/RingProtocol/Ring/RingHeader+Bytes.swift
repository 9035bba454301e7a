import CRing

/// The header as the bytes of page 0, and back.
extension RingHeader {
  func write(to base: UnsafeMutableRawPointer, shape: RingShape, uuid: [UInt8], created: UInt64) {
    typealias L = RingLayout
    func put<T: FixedWidthInteger>(_ value: T, _ offset: Int) {
      base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: T.self)
    }
    put(L.magic, L.magicOffset)
    put(L.version, L.versionOffset)
    put(UInt32(L.headerBytes), L.headerBytesOffset)
    for (index, byte) in uuid.enumerated() { put(byte, L.uuidOffset + index) }
    put(UInt64(shape.totalBytes), L.totalBytesOffset)
    put(UInt64(shape.slotBytes), L.slotBytesOffset)
    put(UInt32(shape.slotCount), L.slotCountOffset)
    put(UInt64(shape.slotsOffset), L.slotsOffset)
    put(tokenType.rawValue, L.tokenBytesOffset)
    put(UInt32(sequenceLength), L.sequenceLengthOffset)
    put(UInt32(batchSequences), L.batchSequencesOffset)
    put(UInt32(rank), L.rankOffset)
    put(UInt32(worldSize), L.worldSizeOffset)
    put(UInt32(vocabularySize), L.vocabularySizeOffset)
    for (index, id) in specials.all.enumerated() {
      put(id ?? L.noToken, L.specialsOffset + 4 * index)
    }
    put(orderVersion, L.orderVersionOffset)
    put(sequencesPerEpoch, L.sequencesPerEpochOffset)
    put(epochs ?? 0, L.epochsOffset)
    put(seed, L.seedOffset)
    for (index, byte) in Self.bytes(ofHex: fingerprint).enumerated() {
      put(byte, L.fingerprintOffset + index)
    }
    put(created, L.createdOffset)
    put(Self.checksum(of: base), L.headerChecksumOffset)
  }

  static func checksum(of base: UnsafeRawPointer) -> UInt64 {
    Checksum.xxh3(UnsafeRawBufferPointer(start: base, count: RingLayout.headerChecksumOffset))
  }

  /// The header and shape that an object of `count` bytes holds, or what is wrong with it.
  static func read(
    from base: UnsafeRawPointer, count: Int, path: String
  ) throws(RingError) -> (header: RingHeader, shape: RingShape) {
    var found = cram_ring_header()
    var problem = cram_ring_problem()
    guard ring_read_header(base, count, &found, &problem) == 0 else {
      throw problem.status == Int32(CRAM_RING_OTHER_VERSION)
        ? .otherVersion(path: path, found: UInt32(bitPattern: problem.number))
        : .notARing(path: path, found: problem.foundText)
    }
    return (RingHeader(found), RingShape(found))
  }

  /// What the checked header of a ring says.
  init(_ found: cram_ring_header) {
    let ids = withUnsafeBytes(of: found.specials) { Array($0.bindMemory(to: UInt32.self)) }
      .map { $0 == RingLayout.noToken ? nil : $0 }
    self.init(
      tokenType: TokenType(rawValue: found.token_bytes)!,
      sequenceLength: Int(found.sequence_length), batchSequences: Int(found.batch_sequences),
      rank: Int(found.rank), worldSize: Int(found.world_size),
      vocabularySize: Int(found.vocabulary_size),
      specials: Specials(pad: ids[0], unk: ids[1], cls: ids[2], sep: ids[3], mask: ids[4]),
      fingerprint: withUnsafeBytes(of: found.fingerprint, Self.hex),
      sequencesPerEpoch: found.sequences_per_epoch, epochs: found.epochs == 0 ? nil : found.epochs,
      seed: found.seed, orderVersion: found.order_version)
  }

  static func bytes(ofHex text: String) -> [UInt8] {
    let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    precondition(digits.count == 64, "a fingerprint has 64 hexadecimal digits, not \(digits.count)")
    return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  static func hex(of bytes: UnsafeRawBufferPointer) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

extension RingShape {
  init(_ found: cram_ring_header) {
    self.init(slotCount: Int(found.slot_count), slotBytes: Int(found.slot_bytes))
  }
}
