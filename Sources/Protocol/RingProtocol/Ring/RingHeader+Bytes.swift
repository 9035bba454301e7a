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
    typealias L = RingLayout
    func get<T: FixedWidthInteger>(_ offset: Int, as type: T.Type) -> T {
      T(littleEndian: base.load(fromByteOffset: offset, as: type))
    }
    func number(_ offset: Int) -> Int { Int(get(offset, as: UInt32.self)) }
    guard get(L.magicOffset, as: UInt64.self) == L.magic else {
      throw .notARing(path: path, found: "another beginning than CRAMRING")
    }
    let version = get(L.versionOffset, as: UInt32.self)
    guard version == L.version else { throw .otherVersion(path: path, found: version) }
    guard get(L.headerChecksumOffset, as: UInt64.self) == checksum(of: base) else {
      throw .notARing(path: path, found: "a header whose checksum does not hold")
    }
    guard let tokenType = TokenType(rawValue: get(L.tokenBytesOffset, as: UInt32.self)) else {
      throw .notARing(path: path, found: "an unknown token type")
    }
    let ids = (0..<5).map { index -> UInt32? in
      let id = get(L.specialsOffset + 4 * index, as: UInt32.self)
      return id == L.noToken ? nil : id
    }
    let epochs = get(L.epochsOffset, as: UInt64.self)
    let header = RingHeader(
      tokenType: tokenType, sequenceLength: number(L.sequenceLengthOffset),
      batchSequences: number(L.batchSequencesOffset), rank: number(L.rankOffset),
      worldSize: number(L.worldSizeOffset), vocabularySize: number(L.vocabularySizeOffset),
      specials: Specials(pad: ids[0], unk: ids[1], cls: ids[2], sep: ids[3], mask: ids[4]),
      fingerprint: hex(of: UnsafeRawBufferPointer(start: base + L.fingerprintOffset, count: 32)),
      sequencesPerEpoch: get(L.sequencesPerEpochOffset, as: UInt64.self),
      epochs: epochs == 0 ? nil : epochs,
      seed: get(L.seedOffset, as: UInt64.self),
      orderVersion: get(L.orderVersionOffset, as: UInt32.self))
    guard
      let slotBytes = Int(exactly: get(L.slotBytesOffset, as: UInt64.self)),
      get(L.totalBytesOffset, as: UInt64.self) == UInt64(count),
      header.fits(slotCount: number(L.slotCountOffset), slotBytes: slotBytes, totalBytes: count)
    else { throw .notARing(path: path, found: "sizes that do not fit its \(count) bytes") }
    let shape = RingShape(slotCount: number(L.slotCountOffset), slotBytes: slotBytes)
    guard get(L.slotsOffset, as: UInt64.self) == UInt64(shape.slotsOffset) else {
      throw .notARing(path: path, found: "slots at an unexpected place")
    }
    return (header, shape)
  }

  /// Whether slots of this cut hold this stream's batches and fill the object exactly.
  private func fits(slotCount: Int, slotBytes: Int, totalBytes: Int) -> Bool {
    guard
      slotCount > 0, slotCount <= 1 << 20, slotCount & (slotCount - 1) == 0, slotBytes > 0,
      slotBytes % RingLayout.page == 0, slotBytes <= totalBytes, worldSize > 0, rank < worldSize,
      batchSequences > 0, batchSequences % worldSize == 0, sequenceLength > 0, sequencesPerEpoch > 0
    else { return false }
    let payload = slotSequences.multipliedReportingOverflow(by: sequenceBytes)
    let slots = slotCount.multipliedReportingOverflow(by: slotBytes)
    let shape = RingShape(slotCount: slotCount, slotBytes: slotBytes)
    return !payload.overflow && payload.partialValue <= slotBytes && !slots.overflow
      && slots.partialValue <= totalBytes && shape.totalBytes == totalBytes
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
