import RingProtocol

extension Parity {
  /// The bytes of part `number`, made again from the others of its group; nil where that is not possible.
  ///
  /// - Parameter read: gives the bytes of another part, nil where they cannot be read.
  func restored(_ number: Int, reading read: (Part) -> [UInt8]?) -> [UInt8]? {
    let group = groupIndex(ofPart: number)
    var bytes = strips[group]
    for other in parts.indices where other != number && groupIndex(ofPart: other) == group {
      guard let part = read(parts[other]), part.count <= bytes.count else { return nil }
      part.withUnsafeBytes { Parity.add($0, to: &bytes) }
    }
    bytes.removeLast(bytes.count - parts[number].byteCount)
    return bytes.withUnsafeBytes(Checksum.xxh3) == parts[number].hash ? bytes : nil
  }
}

extension ShardReader {
  /// The plain bytes of a damaged frame, made again by parity; nil where that is not possible.
  func restored(frame: Int, with decoder: inout FrameDecoder) -> [UInt8]? {
    guard let parity = try? parity() else { return nil }
    let compressed = parity.restored(frame + 1) { part in
      try? Self.read(file, at: part.offset, count: part.byteCount)
    }
    guard let compressed else { return nil }
    var isWhole = false
    let plain = [UInt8](unsafeUninitializedCapacity: header.plainBytes(ofFrame: frame)) {
      buffer, count in
      let size = header.plainBytes(ofFrame: frame)
      let target = UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(buffer)[..<size])
      compressed.withUnsafeBytes { bytes in
        do throws(ShardError) {
          try decoder.unpack(bytes, frame: frame, of: self, into: target)
          isWhole = true
        } catch { isWhole = false }
      }
      count = isWhole ? size : 0
    }
    return isWhole ? plain : nil
  }
}
