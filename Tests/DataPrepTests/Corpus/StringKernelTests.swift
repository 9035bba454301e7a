import CTextKernels
import Glibc
import TestSupport
import Testing

/// The kernels for JSON strings of each instruction set, against the obvious way.
@Suite struct StringKernelTests {
  private static let names: [String] = ["portable", "avx2", "avx512"].filter { (name: String) in
    cram_string_kernels_named(name) != nil
  }

  /// Bytes that end where the next page must not be touched.
  private final class Edge {
    private let pages: UnsafeMutableRawPointer
    private static let size = 1 << 12

    init() {
      pages = mmap(
        nil, 2 * Self.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      mprotect(pages + Self.size, Self.size, PROT_NONE)
    }

    deinit { munmap(pages, 2 * Self.size) }

    func hold(_ bytes: [UInt8]) -> UnsafeMutablePointer<UInt8> {
      let place = pages + (Self.size - bytes.count)
      place.copyMemory(from: bytes, byteCount: bytes.count)
      return place.assumingMemoryBound(to: UInt8.self)
    }
  }

  /// Pieces of strings, more or less likely to be right.
  private func string(_ chance: inout SeededNumbers) -> [UInt8] {
    let pieces: [String] = [
      "a", "plain text ", "é", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\t\\r\\b\\f", "\\u0041",
      "\\ud83d\\ude00", "\\u00e9",
    ]
    let rare: [[UInt8]] = [
      Array("\\ud83d".utf8), Array("\\x".utf8), Array("\\u12".utf8), Array("\"".utf8), [0x1F], [0],
      [0xFF], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF0, 0x9F],
      Array(repeating: UInt8(ascii: "\\"), count: 3),
    ]
    var bytes: [UInt8] = []
    let count = Int.random(in: 0..<[80, 200, 600].randomElement(using: &chance)!, using: &chance)
    let plain = Int.random(in: 1..<80, using: &chance)
    while bytes.count < count {
      switch Int.random(in: 0..<100, using: &chance) {
      case 0: bytes += rare.randomElement(using: &chance)!
      case 1..<30: bytes += Array(pieces.randomElement(using: &chance)!.utf8)
      default: bytes += [UInt8](repeating: UInt8(ascii: "x"), count: plain)
      }
    }
    return bytes
  }

  @Test(arguments: names)
  func `strings are passed as by one byte after the other`(name: String) {
    let kernels = cram_string_kernels_named(name)!.pointee
    let (edge, target) = (Edge(), Edge())
    var chance = SeededNumbers(17)
    for _ in 0..<3_000 {
      let bytes = string(&chance)
      let expected = StringJudge(bytes)
      let place = edge.hold(bytes)
      let found = kernels.pass(place, place + bytes.count)
      #expect(found.at == place + expected.end && found.verdict == expected.verdict, "\(bytes)")
      #expect(found.has_escapes == expected.hasEscapes, "\(bytes)")
      #expect(found.has_lone_surrogate == expected.hasLoneSurrogate, "\(bytes)")
      #expect(found.may_have_high || !bytes[..<expected.end].contains { $0 > 0x7F })
      #expect(
        kernels.is_utf8(place, bytes.count) == (String(validating: bytes, as: UTF8.self) != nil))

      // What ends in half an escape is never unescaped.
      guard expected.verdict != CRAM_STRING_ENDS_EARLY || bytes.last != UInt8(ascii: "\\") else {
        continue
      }
      let room = target.hold([UInt8](repeating: 0, count: expected.end))
      let count = kernels.unescape(room, place, expected.end)
      #expect(Array(UnsafeBufferPointer(start: room, count: count)) == expected.plain, "\(bytes)")
    }
  }

  @Test(arguments: names)
  func `strings are escaped as by one byte after the other`(name: String) {
    let kernels = cram_string_kernels_named(name)!.pointee
    let edge = Edge()
    var chance = SeededNumbers(19)
    for _ in 0..<1_000 {
      let bytes = string(&chance)
      let place = edge.hold(bytes)
      let found = written(6 * bytes.count) { kernels.escape($0, place, bytes.count) }
      #expect(found == StringJudge.escaped(bytes))
    }
  }

  @Test(arguments: names)
  func `every pair of bytes at every place is judged as by the standard library`(name: String) {
    let kernels = cram_string_kernels_named(name)!.pointee
    var wrong: [[UInt8]] = []  // an expectation for each case would take seconds
    for first in UInt8(0x7F)...0xFF {
      for second in UInt8(0x7F)...0xFF {
        for tail in [[], [0x80], [0xBF, 0x80], [0x41]] as [[UInt8]] {
          let character = [first, second] + tail
          let isRight = String(validating: character, as: UTF8.self) != nil
          for place in [0, 31, 62, 63] {
            let bytes = [UInt8](repeating: 0x61, count: place) + character
            if kernels.is_utf8(bytes, bytes.count) != isRight { wrong.append(bytes) }
          }
        }
      }
    }
    #expect(wrong == [])
  }

  private func written(_ room: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: max(1, room)) { $1 = write($0.baseAddress!) }
  }
}
