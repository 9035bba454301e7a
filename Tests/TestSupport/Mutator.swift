/// Makes damaged copies of bytes: always the same ones for a seed.
public struct Mutator: RandomNumberGenerator {
  private var numbers: SeededNumbers

  public init(seed: UInt64) {
    numbers = SeededNumbers(seed)
  }

  public mutating func next() -> UInt64 { numbers.next() }

  /// A copy with one to three bits, bytes or runs of bytes changed, or an end cut off.
  public mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &numbers) where !bytes.isEmpty {
      change(&bytes, at: bytes.indices.randomElement(using: &numbers)!)
    }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], at place: Int) {
    switch Int.random(in: 0..<8, using: &numbers) {
    case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
    case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &numbers)!
    case 3: bytes.removeSubrange(place..<min(bytes.count, place + 4))
    case 4: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
    case 5: bytes[place] = UInt8.random(in: 0...255, using: &numbers)
    case 6:
      let other = bytes.indices.randomElement(using: &numbers)!
      let run = Array(bytes[other...].prefix(Int.random(in: 1...16, using: &numbers)))
      bytes.replaceSubrange(place..<min(bytes.count, place + run.count), with: run)
    default: bytes.removeLast(min(bytes.count, Int.random(in: 0..<20, using: &numbers)))
    }
  }
}
