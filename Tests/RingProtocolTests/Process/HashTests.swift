import RingProtocol
import Testing

@Suite struct HashTests {
  // Published vectors: the check value of CRC-32C, FIPS 180-2, and what `xxhsum` prints.
  @Test func `crc32c gives its check value, in one piece and in two`() {
    #expect(raw("123456789") { Checksum.crc32c($0) } == 0xE306_9283)
    let first = raw("1234") { Checksum.crc32c($0) }
    #expect(raw("56789") { Checksum.crc32c($0, seed: first) } == 0xE306_9283)
  }

  @Test func `sha256 gives the digests of the standard`() {
    #expect(
      SHA256.hex(of: "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256.hex(of: "") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test func `xxhash gives the digests of its specification`() {
    #expect(raw("") { Checksum.xxh64($0) } == 0xEF46_DB37_51D8_E999)
    #expect(raw("") { Checksum.xxh3($0) } == 0x2D06_8005_38D3_94C2)
    #expect(
      raw("") { Checksum.xxh3_128($0) } == 0x99AA_06D3_0147_98D8_6001_C324_468D_497F as UInt128)
  }

  private func raw<Result>(_ text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    Array(text.utf8).withUnsafeBytes(body)
  }
}
