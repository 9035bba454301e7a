/// Makes damaged copies of bytes: always the same ones for a seed.
public struct Mutator: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: UInt64) {
    state = seed
  }

  /// The next number (SplitMix64).
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A copy with one to three bits, bytes or runs of bytes changed, or an end cut off.
  public mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
      change(&bytes, at: bytes.indices.randomElement(using: &self)!)
    }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], at place: Int) {
    switch Int.random(in: 0..<8, using: &self) {
    case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
    case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &self)!
    case 3: bytes.removeSubrange(place..<min(bytes.count, place + 4))
    case 4: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
    case 5: bytes[place] = UInt8.random(in: 0...255, using: &self)
    case 6:
      let other = bytes.indices.randomElement(using: &self)!
      let run = Array(bytes[other...].prefix(Int.random(in: 1...16, using: &self)))
      bytes.replaceSubrange(place..<min(bytes.count, place + run.count), with: run)
    default: bytes.removeLast(min(bytes.count, Int.random(in: 0..<20, using: &self)))
    }
  }
}
