/// Which tokens of a sequence the model has to guess, and what it sees in their place.
///
/// Of T tokens exactly k = round(rate · T) are chosen, whatever they are (specials too): the first round(0.8 k) become `<mask>`, those up to round(0.9 k) a random word of the whole
/// vocabulary, the rest stay as they are. At the recipe's 25 % of 128: 32, of which 26, 3 and 3. The draw is decided by the seed and the sequence's position alone, so
/// neither batch size nor threads nor a restart change it, and a sequence that comes again in another epoch, at another position, is masked anew.
///
/// The draw: places 0 … T − 1 in order; for i = 0 … k − 1 swap place i with place i + `next(below: T − i)`; then, for each place that gets a random word, in
/// the order of the draw, the word is `next(below: V)`. Numbers come from ``CounterGenerator`` with the position as index.
public struct Masking: Equatable, Sendable {
  /// T: tokens of a sequence.
  public let sequenceLength: Int
  /// How many places of each sequence are to be guessed.
  public let perSequence: Int
  /// The first so many of the drawn places become `<mask>`.
  public let hidden: Int
  /// The drawn places after those, up to so many in all, get a random word.
  public let hiddenOrRandom: Int

  private let vocabularySize: UInt32
  private let maskID: UInt32
  private let seed: UInt64
  private let purpose: CounterGenerator.Purpose

  /// Masks for sequences of `sequenceLength` tokens; at least one place of each is masked.
  ///
  /// - Parameters:
  ///   - rate: the share of places to guess, above 0 and at most 1.
  ///   - maskID: the id of `<mask>`, below `vocabularySize`.
  public init(
    rate: Double, sequenceLength: Int, vocabularySize: Int, maskID: UInt32, seed: UInt64,
    purpose: CounterGenerator.Purpose = .trainingMasks
  ) {
    precondition(rate > 0 && rate <= 1, "masking rate \(rate)")
    precondition(Int(maskID) < vocabularySize, "mask id \(maskID) of \(vocabularySize) words")
    self.sequenceLength = sequenceLength
    perSequence = Self.count(rate: rate, sequenceLength: sequenceLength)
    hidden = Int((0.8 * Double(perSequence)).rounded())
    hiddenOrRandom = Int((0.9 * Double(perSequence)).rounded())
    self.vocabularySize = UInt32(vocabularySize)
    self.maskID = maskID
    self.seed = seed
    self.purpose = purpose
  }

  /// How many places of a sequence are masked at `rate`.
  public static func count(rate: Double, sequenceLength: Int) -> Int {
    min(sequenceLength, max(1, Int((rate * Double(sequenceLength)).rounded())))
  }

  /// Appends the sequence that stands at `position` of the stream to `batch`, masked.
  ///
  /// - Complexity: O(T).
  public func append<Token: FixedWidthInteger & UnsignedInteger>(
    _ tokens: UnsafeBufferPointer<Token>, position: UInt64, to batch: inout MaskedBatch
  ) {
    precondition(tokens.count == sequenceLength, "\(tokens.count) tokens, not \(sequenceLength)")
    let base = batch.inputIDs.count
    for token in tokens { batch.inputIDs.append(UInt32(token)) }
    var random = CounterGenerator(seed: seed, purpose: purpose, index: position)
    let places = drawPlaces(&random)
    for (order, place) in places.enumerated() {
      let row = base + Int(place)
      batch.places.append(Int32(row))
      batch.labels.append(batch.inputIDs[row])
      if order < hidden {
        batch.inputIDs[row] = maskID
      } else if order < hiddenOrRandom {
        batch.inputIDs[row] = random.next(below: vocabularySize)
      }
    }
    batch.sequences += 1
  }

  /// The masked places of a sequence in the order of the draw.
  private func drawPlaces(_ random: inout CounterGenerator) -> ArraySlice<UInt32> {
    var places = [UInt32](0..<UInt32(sequenceLength))
    for drawn in 0..<perSequence {
      let other = drawn + Int(random.next(below: UInt32(sequenceLength - drawn)))
      places.swapAt(drawn, other)
    }
    return places[..<perSequence]
  }
}

extension MaskedBatch {
  /// A batch of nothing, to be filled.
  static var empty: MaskedBatch {
    MaskedBatch(sequences: 0, inputIDs: [], places: [], labels: [])
  }

  /// Takes all sequences out and keeps the memory.
  mutating func removeAll() {
    sequences = 0
    inputIDs.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    labels.removeAll(keepingCapacity: true)
  }
}
