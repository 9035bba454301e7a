import Glibc

/// Final norm, tied decoder and cross-entropy, at the masked places only.
///
/// Logits are made block of words by block of words and turned into exponentials while they are near the core; the logits of at
/// most 512 places are held at a time. Going back, a block becomes its own gradient in place and feeds two matrix products.
struct DecoderHead {
  let shape: ModelConfiguration
  let cut: Cut
  let words, normWeight, normBias: ConstantFloats
  let dWords, dNormWeight, dNormBias: Floats
  /// The encoder's output [N, C].
  let output: ConstantFloats
  /// Rows at the masked places before and after the norm [M, C], the norm's statistics, and the gradients of both.
  let gathered, normed, mean, rstd, dNormed, dGathered: Floats
  /// Of one chunk of rows: exponentials by block, and a row's maximum and sum in each block.
  let logits, maximum, sum, lse, labelLogit, laneGradient: Floats
  /// Room for the norm's gradients, 4 · C for each part.
  let partials: Floats

  /// Rows of the masked places that are normed together.
  private var rowsOfAPart: Int { 64 }

  /// What came out for some places.
  struct Score {
    var lossSum = 0.0
    var correct = 0
  }

  /// Gathers and norms the rows at `places`.
  func gather(_ places: UnsafeBufferPointer<Int32>, on backend: any Backend) {
    let C = shape.hiddenSize
    backend.forEach(partCount(places.count)) { part, _ in
      let rows = range(part, of: places.count)
      for row in rows {
        (gathered + row * C).update(from: output + Int(places[row]) * C, count: C)
      }
      let first = rows.lowerBound
      backend.layerNorm(
        normed + first * C, mean + first, rstd + first, gathered + first * C, weight: normWeight,
        bias: normBias, epsilon: shape.layerNormEpsilon, rows: rows.count, width: C)
    }
  }

  /// The loss of the gathered rows. With `learning`, also adds to the words' gradient and makes `dNormed`.
  func score(
    _ labels: UnsafeBufferPointer<UInt32>, learning: Bool, countingCorrect: Bool,
    on backend: any Backend
  ) -> Score {
    var score = Score()
    for first in stride(from: 0, to: labels.count, by: cut.chunkRows) {
      let rows = min(cut.chunkRows, labels.count - first)
      let chunk = UnsafeBufferPointer(rebasing: labels[first..<first + rows])
      makeExponentials(first, chunk, backend)
      finishRows(chunk, backend)
      for row in 0..<rows { score.lossSum += Double(lse[row]) - Double(labelLogit[row]) }
      if countingCorrect { score.correct += countCorrect(chunk) }
      if learning { addGradients(first, chunk, backend) }
    }
    return score
  }

  /// Turns `dNormed` into `dGathered` and adds the norm's gradients.
  func backwardNorm(places: Int, on backend: any Backend) {
    let C = shape.hiddenSize, parts = partCount(places)
    backend.forEach(parts) { part, _ in
      let rows = range(part, of: places), first = rows.lowerBound, partial = partials + part * 2 * C
      partial.update(repeating: 0, count: 2 * C)
      backend.layerNormGradient(
        dGathered + first * C, partial, partial + C, nil, residual: nil, dNormed + first * C,
        gathered + first * C, mean: mean + first, rstd: rstd + first, weight: normWeight,
        bias: normBias, rows: rows.count, width: C)
    }
    for part in 0..<parts {
      backend.add(dNormWeight, partials + part * 2 * C, count: C)
      backend.add(dNormBias, partials + part * 2 * C + C, count: C)
    }
  }

  /// The gradient of the encoder's output for one part: zero but at the masked places.
  func scatter(
    _ dOutput: Floats, _ part: Part, _ places: UnsafeBufferPointer<Int32>, on backend: any Backend
  ) {
    let C = shape.hiddenSize, rows = part.firstRow..<part.firstRow + part.rows
    (dOutput + rows.lowerBound * C).update(repeating: 0, count: rows.count * C)
    for (row, place) in places.enumerated() where rows.contains(Int(place)) {
      backend.add(dOutput + Int(place) * C, dGathered + row * C, count: C)
    }
  }

  private func partCount(_ rows: Int) -> Int { (rows + rowsOfAPart - 1) / rowsOfAPart }

  private func range(_ part: Int, of rows: Int) -> Range<Int> {
    part * rowsOfAPart..<min(rows, (part + 1) * rowsOfAPart)
  }
}

// One chunk of rows
extension DecoderHead {
  private func wordRange(_ block: Int) -> Range<Int> {
    block * cut.blockWords..<min(shape.vocabularySize, (block + 1) * cut.blockWords)
  }

  private func tile(_ block: Int) -> Floats { logits + block * cut.blockWords * cut.chunkRows }

  /// Logits of `rows` gathered rows from `first` on, for one block of words: [rows, words of the block].
  func makeLogits(_ z: Floats, block: Int, first: Int, rows: Int, on backend: any Backend) {
    let C = shape.hiddenSize, range = wordRange(block)
    backend.linear(
      z, normed + first * C, words + range.lowerBound * C, rows: rows, outputs: range.count,
      inputs: C, accumulate: false)
  }

  private func makeExponentials(
    _ first: Int, _ labels: UnsafeBufferPointer<UInt32>, _ backend: any Backend
  ) {
    let rows = labels.count
    backend.forEach(cut.blocks) { block, _ in
      let range = wordRange(block), z = tile(block)
      makeLogits(z, block: block, first: first, rows: rows, on: backend)
      for row in 0..<rows where range.contains(Int(labels[row])) {
        labelLogit[row] = z[row * range.count + Int(labels[row]) - range.lowerBound]
      }
      backend.exponentiate(
        z, maximum + block * cut.chunkRows, sum + block * cut.chunkRows, rows: rows,
        columns: range.count)
    }
  }

  /// Makes lse of each row, and of each block's maximum the factor that turns its exponentials into probabilities.
  private func finishRows(_ labels: UnsafeBufferPointer<UInt32>, _ backend: any Backend) {
    backend.forEach(partCount(labels.count)) { part, _ in
      for row in range(part, of: labels.count) {
        var largest = -Float.infinity
        for block in 0..<cut.blocks { largest = max(largest, maximum[block * cut.chunkRows + row]) }
        var total = 0.0
        for block in 0..<cut.blocks {
          let at = block * cut.chunkRows + row
          total += Double(sum[at]) * exp(Double(maximum[at]) - Double(largest))
        }
        lse[row] = Float(Double(largest) + log(total))
      }
    }
  }

  /// Rows whose label is the first of the likeliest words.
  private func countCorrect(_ labels: UnsafeBufferPointer<UInt32>) -> Int {
    (0..<labels.count).count { row in
      let own = Int(labels[row]) / cut.blockWords
      for block in 0..<cut.blocks {
        let other = maximum[block * cut.chunkRows + row]
        if other > labelLogit[row] || (other == labelLogit[row] && block < own) { return false }
      }
      // Its exponential is 1, as the block's maximum; none before it may be.
      let range = wordRange(own), z = tile(own) + row * range.count
      return !(0..<Int(labels[row]) - range.lowerBound).contains { z[$0] == 1 }
    }
  }

  private func addGradients(
    _ first: Int, _ labels: UnsafeBufferPointer<UInt32>, _ backend: any Backend
  ) {
    let C = shape.hiddenSize, rows = labels.count
    let each = (cut.blocks + cut.lanes - 1) / cut.lanes
    backend.forEach(cut.lanes) { lane, _ in
      let blocks = min(cut.blocks, lane * each)..<min(cut.blocks, (lane + 1) * each)
      for block in blocks {
        addGradients(
          of: block, first, labels, laneGradient + lane * cut.chunkRows * C,
          isFirst: block == blocks.lowerBound, backend)
      }
    }
    let lanes = (cut.blocks + each - 1) / each
    backend.forEach(partCount(rows)) { part, _ in
      let range = range(part, of: rows), floats = range.count * C
      let target = dNormed + (first + range.lowerBound) * C
      let source = laneGradient + range.lowerBound * C
      target.update(from: source, count: floats)
      for lane in 1..<max(1, lanes) {
        backend.add(target, source + lane * cut.chunkRows * C, count: floats)
      }
    }
  }

  private func addGradients(
    of block: Int, _ first: Int, _ labels: UnsafeBufferPointer<UInt32>, _ dRows: Floats,
    isFirst: Bool, _ backend: any Backend
  ) {
    let C = shape.hiddenSize, range = wordRange(block), rows = labels.count, z = tile(block)
    let factor = maximum + block * cut.chunkRows
    for row in 0..<rows { factor[row] = Float(exp(Double(factor[row]) - Double(lse[row]))) }
    backend.scaleRows(z, factor, rows: rows, columns: range.count)
    for row in 0..<rows where range.contains(Int(labels[row])) {
      z[row * range.count + Int(labels[row]) - range.lowerBound] -= 1
    }
    backend.linearWeightGradient(
      dWords + range.lowerBound * C, z, stride: range.count, normed + first * C, rows: rows,
      outputs: range.count, inputs: C)
    backend.linearInputGradient(
      dRows, z, words + range.lowerBound * C, rows: rows, outputs: range.count, inputs: C,
      accumulate: !isFirst)
  }
}
