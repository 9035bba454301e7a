import Tokenization

/// The decimal digits of ids, made once: what `--ids` writes is mostly these.
struct IDDecimals: Sendable {
  /// For each id its digits, a comma and a space in the order of memory, and in the highest byte how many these are.
  private let words: [UInt64]

  /// Ids of up to five digits leave room for their length.
  private static let limit = 100_000
  /// Ids are below 2^24: eight digits at most, a comma and a space.
  private static let widest = 10

  init(vocabularySize: Int) {
    words = (0..<min(vocabularySize, Self.limit)).map { id in
      let text = Array("\(id), ".utf8)
      let bytes = text.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * $1.offset) }
      return bytes | UInt64(text.count) << 56
    }
  }

  /// Appends the ids with commas between them.
  func append(_ ids: IDList, to lines: LineBuffer) {
    guard ids.count > 0 else { return }
    let target = lines.room(for: Self.widest * ids.count + 8)
    var end = 0
    words.withUnsafeBufferPointer { words in
      ids.forEach { id in
        if Int(id) < words.count {
          let word = words[Int(id)]
          target.storeBytes(of: word.littleEndian, toByteOffset: end, as: UInt64.self)
          end += Int(word >> 56)
        } else {
          for byte in "\(id), ".utf8 {
            target.storeBytes(of: byte, toByteOffset: end, as: UInt8.self)
            end += 1
          }
        }
      }
    }
    lines.grow(by: end - 2)
  }
}
