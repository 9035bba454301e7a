import CTextKernels

/// The fast way of one thread: the rules of the tokenizer and a table of words.
final class FastWay {
  /// Places of the table, 32 bytes each.
  private static let tableBits: Int32 = 17

  private let rules: FastRules
  private let table: OpaquePointer
  private let scanner: UnsafePointer<cram_byte_scanner>

  /// - Parameter scanner: the name of one; nil for the fastest.
  init(_ rules: FastRules, scanner name: String? = nil) {
    self.rules = rules
    guard let table = cram_word_table_make(Self.tableBits, rules.isWide) else {
      fatalError("no memory for a table of words")
    }
    self.table = table
    scanner = name.flatMap { cram_byte_scanner_named($0) } ?? cram_byte_scanner_best()
  }

  deinit { cram_word_table_free(table) }

  /// The names of the scanners that this processor can run.
  static var scanners: [String] {
    ["portable", "avx2", "avx512", "neon"].filter { cram_byte_scanner_named($0) != nil }
  }

  /// Appends the ids of `utf8` to `list`; `encoder` encodes what is not for the fast way.
  func encode(_ utf8: UnsafeBufferPointer<UInt8>, into list: IDList, rest encoder: Encoder) {
    guard let start = utf8.baseAddress else { return }
    cram_encode_words(
      rules.pointer, scanner, table, &list.list, start, utf8.count,
      { context, part, count, list in
        let encoder = Unmanaged<Encoder>.fromOpaque(context!).takeUnretainedValue()
        encoder.encodeRest(UnsafeBufferPointer(start: part, count: count), into: &list!.pointee)
      }, Unmanaged.passUnretained(encoder).toOpaque())
  }
}
