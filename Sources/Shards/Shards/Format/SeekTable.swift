import RingProtocol

/// The last part of a shard: zstd's seekable format 0.1.0, with checksums.
///
/// Its first entry is the header frame and its last the index; both unpack to nothing.
struct SeekTable: Equatable {
  struct Entry: Equatable {
    var compressedBytes: UInt32
    var plainBytes: UInt32
    /// The low half of XXH64 (seed 0) of the unpacked bytes.
    var checksum: UInt32
  }

  var entries: [Entry]

  static let entryBytes = 12
  static let footerBytes = 9
  static let checksumFlag: UInt8 = 0x80

  /// Bytes of a table of so many entries, with its own frame header.
  static func byteCount(entries: Int) -> Int { 8 + entries * entryBytes + footerBytes }

  /// The skippable frame that ends the file.
  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(number: ShardFormat.seekTableMagic)
    bytes.append(number: UInt32(Self.byteCount(entries: entries.count) - 8))
    for entry in entries {
      bytes.append(number: entry.compressedBytes)
      bytes.append(number: entry.plainBytes)
      bytes.append(number: entry.checksum)
    }
    bytes.append(number: UInt32(entries.count))
    bytes.append(Self.checksumFlag)
    bytes.append(number: ShardFormat.seekableMagic)
    return bytes
  }

  /// The number of entries that the last nine bytes of the shard at `path` announce.
  ///
  /// - Parameter size: the size of the file.
  static func entryCount(
    _ footer: UnsafeRawBufferPointer, size: UInt64, path: String
  ) throws(ShardError) -> Int {
    func fault(_ before: UInt64, _ found: String) -> ShardError {
      .damaged(path: path, offset: size - before, found: found)
    }
    guard footer.number(at: 5) == ShardFormat.seekableMagic else {
      throw fault(
        4,
        "the file does not end with the number of the seekable format: its end is cut off or something was appended"
      )
    }
    guard footer[4] == checksumFlag else {
      throw fault(5, "the seek table's descriptor is \(footer[4]), where \(checksumFlag) is due")
    }
    let count = Int(footer.number(at: 0, as: UInt32.self))
    guard count >= 3, UInt64(byteCount(entries: count)) < size else {
      throw fault(9, "a seek table of \(count) entries, which the file cannot hold")
    }
    return count
  }

  /// Reads the whole table from its bytes, which begin at `offset` of the file.
  init(_ bytes: UnsafeRawBufferPointer, count: Int, offset: UInt64, path: String) throws(ShardError)
  {
    guard bytes.number(at: 0) == ShardFormat.seekTableMagic,
      Int(bytes.number(at: 4, as: UInt32.self)) == bytes.count - 8
    else {
      throw .damaged(path: path, offset: offset, found: "no seek table begins where its end says")
    }
    entries = (0..<count).map { number in
      let at = 8 + number * Self.entryBytes
      return Entry(
        compressedBytes: bytes.number(at: at), plainBytes: bytes.number(at: at + 4),
        checksum: bytes.number(at: at + 8))
    }
  }

  init(entries: [Entry]) {
    self.entries = entries
  }
}
