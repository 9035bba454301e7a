import CPlatform

/// A SHA-256 digest in the making.
public struct SHA256: ~Copyable {
  private let state: OpaquePointer

  /// An empty digest.
  public init() {
    state = cplatform_sha256_create()
  }

  deinit {
    cplatform_sha256_free(state)
  }

  /// Adds `bytes`.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    cplatform_sha256_update(state, bytes.baseAddress, bytes.count)
  }

  /// Adds the UTF-8 of `text`.
  public mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// The 32 bytes of the digest.
  public consuming func finalizeBytes() -> [UInt8] {
    let state = self.state
    discard self
    return [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
      cplatform_sha256_finish(state, digest.baseAddress!)
      count = 32
    }
  }

  /// The digest as 64 lower-case hexadecimal digits.
  public consuming func finalize() -> String {
    Self.hexadecimal(finalizeBytes())
  }

  /// The digest of `bytes`, in hexadecimal.
  public static func hex(of bytes: [UInt8]) -> String {
    var digest = SHA256()
    bytes.withUnsafeBytes { digest.update($0) }
    return digest.finalize()
  }

  /// The digest of the UTF-8 of `text`, in hexadecimal.
  public static func hex(of text: String) -> String {
    hex(of: Array(text.utf8))
  }

  /// The digest of a whole file, in hexadecimal; reads it in pieces of 1 MiB.
  public static func hex(ofFile path: String) throws(FileError) -> String {
    var digest = SHA256()
    let file = try InputFile(path)
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
    defer { piece.deallocate() }
    while true {
      let count = try file.read(into: piece)
      if count == 0 { return digest.finalize() }
      digest.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
  }

  static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
