import Tokenization

/// The decimal digits of every id, made once: what `--ids` writes is mostly these.
struct IDDecimals: Sendable {
  /// For each id its digits, a comma and a space, as 16 bytes in the order of memory; the last byte is their number.
  private let words: [SIMD16<UInt8>]

  init(vocabularySize: Int) {
    words = (0..<vocabularySize).map { id in
      var word = SIMD16<UInt8>()
      // Ids are below 2^24: eight digits at most.
      let text = Array("\(id), ".utf8)
      for (place, byte) in text.enumerated() { word[place] = byte }
      word[15] = UInt8(text.count)
      return word
    }
  }

  /// Appends the ids with commas between them.
  func append(_ ids: IDList, to bytes: inout [UInt8]) {
    guard ids.count > 0 else { return }
    bytes += [UInt8](unsafeUninitializedCapacity: 10 * ids.count + 16) { buffer, count in
      let target = UnsafeMutableRawPointer(buffer.baseAddress!)
      var end = 0
      words.withUnsafeBufferPointer { words in
        ids.forEach { id in
          let word = words[Int(id)]
          target.storeBytes(of: word, toByteOffset: end, as: SIMD16<UInt8>.self)
          end += Int(word[15])
        }
      }
      count = end - 2
    }
  }
}
