import CTextKernels

/// Writes rows as lines of JSON into memory that is used again.
struct RowWriter {
  private let room = ByteRoom()
  private var count = 0

  /// What was written since the last `clear`.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: room.bytes[..<count]) }

  mutating func clear() {
    count = 0
  }

  mutating func append(_ bytes: [UInt8]) throws(ParquetFault) {
    let target = try more(bytes.count)
    bytes.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(rebasing: target[..<$0.count]).copyMemory(from: $0)
    }
    count += bytes.count
  }

  mutating func append(_ text: StaticString) throws(ParquetFault) {
    let target = try more(text.utf8CodeUnitCount)
    target.baseAddress!.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    count += text.utf8CodeUnitCount
  }

  mutating func append(_ text: String) throws(ParquetFault) {
    try append(Array(text.utf8))
  }

  mutating func append(_ number: Int) throws(ParquetFault) {
    if number < 0 { try append("-" as StaticString) }
    try append(UInt64(number.magnitude))
  }

  mutating func append(_ number: UInt64) throws(ParquetFault) {
    try append(number, digits: 1)
  }

  /// With zeros in front up to `digits`.
  mutating func append(_ number: UInt64, digits: Int) throws(ParquetFault) {
    var (left, size, next) = (number, 1, number / 10)
    while next > 0 { (size, next) = (size + 1, next / 10) }
    size = max(size, digits)
    let target = try more(size)
    for at in stride(from: size - 1, through: 0, by: -1) {
      target[at] = UInt8(ascii: "0") + UInt8(left % 10)
      left /= 10
    }
    count += size
  }

  /// As Python writes it; what JSON has no number for is null.
  mutating func append(_ number: Double) throws(ParquetFault) {
    try number.isFinite ? append(number.description) : append("null" as StaticString)
  }

  /// A string with its quotes. What is no UTF-8 in it stays, for the reader of lines to judge.
  mutating func append(string: UnsafeRawBufferPointer) throws(ParquetFault) {
    try append("\"" as StaticString)
    var rest = string
    while !rest.isEmpty {
      // In pieces: the worst case is six times the text.
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 16))
      let target = try more(6 * piece.count)
      count += cram_json_escape(
        piece.assumingMemoryBound(to: UInt8.self).baseAddress, piece.count,
        target.assumingMemoryBound(to: UInt8.self).baseAddress)
      rest = UnsafeRawBufferPointer(rebasing: rest[piece.count...])
    }
    try append("\"" as StaticString)
  }

  private func more(_ size: Int) throws(ParquetFault) -> UnsafeMutableRawBufferPointer {
    let all = try room.take(count + size, keeping: count)
    return UnsafeMutableRawBufferPointer(rebasing: all[count...])
  }
}
