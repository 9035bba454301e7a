/// Numbers documents without gaps between blocks, so that arrays can stand for maps.
struct DenseOrdinals {
  /// The highest index in each block, plus one.
  private var sizes: [Int] = []
  private var starts: [Int] = []
  private(set) var count = 0

  /// Makes room for a document. To be called for all of them before the first number is asked for.
  mutating func include(_ ordinal: UInt64) {
    let (block, index) = (Ordinal.block(of: ordinal), Ordinal.index(of: ordinal))
    while sizes.count <= block { sizes.append(0) }
    sizes[block] = max(sizes[block], index + 1)
  }

  /// Fixes the numbers.
  mutating func close() {
    starts = []
    count = 0
    for size in sizes {
      starts.append(count)
      count += size
    }
  }

  /// The number of a document that was included, or lies before one of its block that was.
  func number(of ordinal: UInt64) -> Int {
    starts[Ordinal.block(of: ordinal)] + Ordinal.index(of: ordinal)
  }

  /// The document of a number.
  func ordinal(of number: Int) -> UInt64 {
    var (low, high) = (0, starts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      // Of blocks without documents the last one begins where the next does.
      if starts[middle] <= number { low = middle } else { high = middle }
    }
    return Ordinal.make(block: low, index: number - starts[low])
  }

  /// Calls `body` with every number and its ordinal, both rising.
  func forEach(_ body: (Int, UInt64) throws -> Void) rethrows {
    for (block, size) in sizes.enumerated() {
      for index in 0..<size {
        try body(starts[block] + index, Ordinal.make(block: block, index: index))
      }
    }
  }
}
