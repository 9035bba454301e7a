import CTextKernels

/// Ids of one text after another: 2 bytes each where the vocabulary allows it, otherwise 4, in the machine's order.
public final class IDList: @unchecked Sendable {
  /// One writer at a time; nobody else keeps it.
  var list = cram_id_list()

  /// - Parameter isWide: whether ids take 4 bytes.
  public init(isWide: Bool) {
    list.is_wide = isWide
  }

  deinit { cram_id_list_free(&list) }

  /// The number of ids.
  public var count: Int { list.count }
  /// Bytes of one id.
  public var idBytes: Int { list.is_wide ? 4 : 2 }

  /// Appends one id.
  public func append(_ id: UInt32) {
    withUnsafePointer(to: id) { cram_id_list_append(&list, $0, 1) }
  }

  /// Empties the list and keeps its memory.
  public func removeAll() { list.count = 0 }

  /// The ids as raw memory.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try body(UnsafeRawBufferPointer(start: list.ids, count: list.count * idBytes))
  }

  /// Calls `body` with each id, in order.
  @inline(__always)
  public func forEach(_ body: (UInt32) -> Void) {
    withUnsafeBytes { bytes in
      if list.is_wide {
        for id in bytes.bindMemory(to: UInt32.self) { body(id) }
      } else {
        for id in bytes.bindMemory(to: UInt16.self) { body(UInt32(id)) }
      }
    }
  }

  /// Appends the ids from `start` on to `ids`.
  func copy(from start: Int = 0, into ids: inout [UInt32]) {
    withUnsafeBytes { bytes in
      if list.is_wide {
        ids.append(contentsOf: bytes.bindMemory(to: UInt32.self)[start...])
      } else {
        ids.append(contentsOf: bytes.bindMemory(to: UInt16.self)[start...].lazy.map(UInt32.init))
      }
    }
  }
}
