import RingProtocol

/// XOR over the parts of a file: of each group one part that is lost can be made again from the others.
///
/// The parts are the header, the frames, and the index's sections before this one in strips. A group takes every *n*-th
/// part, so that a stretch of damage as long as *n* parts costs each group one.
struct Parity: Equatable, Sendable {
  /// A stretch of the file that is protected.
  struct Part: Equatable, Sendable {
    var offset: UInt64
    var byteCount: Int
    /// XXH3-64 of its bytes.
    var hash: UInt64
  }

  /// The most parts of a group.
  let group: Int
  /// How many parts are the header and the frames; the others are strips of the index.
  let dataParts: Int
  let parts: [Part]
  /// For each group the XOR of its parts, each filled up with zeros to the longest of the group.
  let strips: [[UInt8]]

  static let fixedBytes = 16
  static let partBytes = 24

  /// How many groups so many parts make.
  static func groups(_ parts: Int, of group: Int) -> Int { (parts + group - 1) / group }

  /// The group of part `number`, counted through those of the data and then those of the index.
  static func group(ofPart number: Int, dataParts: Int, parts: Int, group: Int) -> Int {
    let dataGroups = groups(dataParts, of: group)
    return number < dataParts
      ? number % dataGroups
      : dataGroups + (number - dataParts) % groups(parts - dataParts, of: group)
  }

  func groupIndex(ofPart number: Int) -> Int {
    Self.group(ofPart: number, dataParts: dataParts, parts: parts.count, group: group)
  }

  static func add(_ bytes: UnsafeRawBufferPointer, to strip: inout [UInt8]) {
    if strip.count < bytes.count {
      strip += [UInt8](repeating: 0, count: bytes.count - strip.count)
    }
    strip.withUnsafeMutableBytes { strip in
      let words = bytes.count / 8
      for word in 0..<words {
        let value: UInt64 = bytes.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self)
        let before = strip.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self)
        strip.storeBytes(of: before ^ value, toByteOffset: 8 * word, as: UInt64.self)
      }
      for byte in 8 * words..<bytes.count { strip[byte] ^= bytes[byte] }
    }
  }

  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(number: UInt32(group))
    bytes.append(number: UInt32(dataParts))
    bytes.append(number: UInt32(parts.count - dataParts))
    bytes.append(number: UInt32(0))
    for part in parts {
      bytes.append(number: part.offset)
      bytes.append(number: UInt64(part.byteCount))
      bytes.append(number: part.hash)
    }
    for strip in strips { bytes += strip }
    return bytes
  }

  /// Reads a section; nil where it is not one of a file with so many frames (nil: any number).
  init?(section bytes: UnsafeRawBufferPointer, frames: Int?) {
    guard bytes.count >= Self.fixedBytes else { return nil }
    func field(_ place: Int) -> Int { Int(bytes.number(at: 4 * place, as: UInt32.self)) }
    let (group, dataParts, indexParts) = (field(0), field(1), field(2))
    guard group > 0, dataParts > 1, frames.map({ dataParts == $0 + 1 }) ?? true, indexParts > 0,
      field(3) == 0,
      dataParts + indexParts <= (bytes.count - Self.fixedBytes) / Self.partBytes
    else { return nil }
    let count = dataParts + indexParts
    var parts: [Part] = []
    var longest = [Int](
      repeating: 0, count: Self.groups(dataParts, of: group) + Self.groups(indexParts, of: group))
    for number in 0..<count {
      let at = Self.fixedBytes + number * Self.partBytes
      guard let size = Int(exactly: bytes.number(at: at + 8, as: UInt64.self)),
        size <= Int(UInt32.max)
      else { return nil }
      parts.append(
        .init(offset: bytes.number(at: at), byteCount: size, hash: bytes.number(at: at + 16)))
      let place = Self.group(ofPart: number, dataParts: dataParts, parts: count, group: group)
      longest[place] = max(longest[place], size)
    }
    var at = Self.fixedBytes + count * Self.partBytes
    var strips: [[UInt8]] = []
    for size in longest {
      guard size <= bytes.count - at else { return nil }
      strips.append(Array(bytes[at..<at + size]))
      at += size
    }
    guard at == bytes.count else { return nil }
    (self.group, self.dataParts, self.parts, self.strips) = (group, dataParts, parts, strips)
  }

  init(group: Int, dataParts: Int, parts: [Part], strips: [[UInt8]]) {
    (self.group, self.dataParts, self.parts, self.strips) = (group, dataParts, parts, strips)
  }
}

/// Gathers parity while a file is written.
struct ParityBuilder {
  private let group: Int
  private var parts: [Parity.Part] = []
  private var strips: [[UInt8]]
  private var end: UInt64 = 0

  /// - Parameter frames: how many frames will follow the header.
  init(group: Int, frames: Int) {
    self.group = group
    strips = Array(repeating: [], count: Parity.groups(frames + 1, of: group))
  }

  /// Adds the header, then each frame.
  mutating func add(_ part: UnsafeRawBufferPointer) {
    Parity.add(part, to: &strips[parts.count % strips.count])
    append(part)
  }

  private mutating func append(_ part: UnsafeRawBufferPointer) {
    parts.append(.init(offset: end, byteCount: part.count, hash: Checksum.xxh3(part)))
    end += UInt64(part.count)
  }

  /// The section that follows `sections` in the index.
  consuming func content(over sections: [ShardIndex.Section]) -> [UInt8] {
    let dataParts = parts.count
    // No strip of the index is longer than the longest frame: parity of both is then of one size.
    let size = max(1, parts.reduce(0) { max($0, $1.byteCount) })
    let bytes = sections.flatMap(\.content)
    end += UInt64(ShardIndex.tableBytes(sections: sections.count + 1))
    let pieces = (bytes.count + size - 1) / size
    var indexStrips = [[UInt8]](repeating: [], count: Parity.groups(pieces, of: group))
    bytes.withUnsafeBytes { raw in
      for piece in 0..<pieces {
        let part = raw.part(piece * size..<min((piece + 1) * size, raw.count))
        Parity.add(part, to: &indexStrips[piece % indexStrips.count])
        append(part)
      }
    }
    return Parity(
      group: group, dataParts: dataParts, parts: parts, strips: strips + indexStrips
    ).encoded()
  }
}
