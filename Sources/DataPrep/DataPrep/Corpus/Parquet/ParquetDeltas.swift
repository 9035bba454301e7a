/// Integers written as differences, bit-packed in small blocks (DELTA_BINARY_PACKED).
struct ParquetDeltas {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private let blockSize: Int
  private let blocksInside: Int
  /// Numbers that are not read yet.
  private(set) var left: Int
  private var value: Int64
  private var isFirst = true
  // The block: its smallest difference, where its widths stand, which small block is being read.
  private var smallest: Int64 = 0
  private var widths = 0
  private var inside = 0
  private var width = 0
  private var bit = 0
  private var leftInside = 0

  /// No writer has larger blocks; without a limit a few bytes could stand for any number of differences.
  private static let largestBlock = 1 << 16

  init(_ bytes: UnsafeRawBufferPointer) throws(ParquetFault) {
    self.bytes = bytes
    var position = 0
    let head = (
      try Self.varint(bytes, &position), try Self.varint(bytes, &position),
      try Self.varint(bytes, &position), try Self.varint(bytes, &position)
    )
    guard (1...UInt64(Self.largestBlock)).contains(head.0), head.0 % 128 == 0,
      (1...head.0 / 32).contains(head.1), head.0 / head.1 % 32 == 0, head.0 % head.1 == 0
    else { throw .damaged("blocks of \(head.0) differences in \(head.1) parts") }
    guard head.2 <= UInt64(Int32.max) else { throw .damaged("\(head.2) values in a page") }
    (blockSize, blocksInside, left) = (Int(head.0), Int(head.1), Int(head.2))
    value = Self.signed(head.3)
    self.position = position
    inside = blocksInside
  }

  /// Reads the next number.
  mutating func next() throws(ParquetFault) -> Int64 {
    guard left > 0 else { throw .damaged("fewer differences than values") }
    left -= 1
    if isFirst {
      isFirst = false
      return value
    }
    if leftInside == 0 { try enterPart() }
    leftInside -= 1
    value &+= smallest &+ Int64(bitPattern: bits())
    return value
  }

  /// The bytes behind the last difference; reads none of them but the widths of each block.
  func rest() throws(ParquetFault) -> UnsafeRawBufferPointer {
    var copy = self
    var differences = copy.left - (copy.isFirst ? 1 : 0) - copy.leftInside
    while differences > 0 {
      try copy.enterPart()
      differences -= copy.leftInside
    }
    return UnsafeRawBufferPointer(rebasing: bytes[copy.position...])
  }

  private mutating func enterPart() throws(ParquetFault) {
    if inside == blocksInside {
      smallest = Self.signed(try Self.varint(bytes, &position))
      guard bytes.count - position >= blocksInside else { throw .damaged("differences end early") }
      (widths, inside) = (position, 0)
      position += blocksInside
    }
    width = Int(bytes[widths + inside])
    inside += 1
    leftInside = blockSize / blocksInside
    let size = width * leftInside / 8
    guard width <= 64, size <= bytes.count - position else {
      throw .damaged("differences end early")
    }
    bit = position * 8
    position += size
  }

  private mutating func bits() -> UInt64 {
    guard width > 0 else { return 0 }
    let shift = UInt64(bit & 7)
    var word = ParquetBits.word(bytes, at: bit >> 3) >> shift
    if Int(shift) + width > 64 {
      word |= ParquetBits.word(bytes, at: (bit >> 3) + 8) << (64 - shift)
    }
    bit += width
    return width == 64 ? word : word & ((1 << UInt64(width)) - 1)
  }

  private static func signed(_ value: UInt64) -> Int64 {
    Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  private static func varint(
    _ bytes: UnsafeRawBufferPointer, _ position: inout Int
  ) throws(ParquetFault) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < bytes.count else { throw .damaged("differences end early") }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 127) << shift
      if byte < 128 { return value }
    }
    throw .damaged("a difference of more than ten bytes")
  }
}
