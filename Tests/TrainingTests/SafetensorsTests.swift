import RingProtocol
import TestSupport
import Testing
import Training

struct SafetensorsTests {
  private let first: [Float] = [1, -2.5, .infinity, 0, -0.0, .leastNonzeroMagnitude]
  private let second: [Float] = [42]

  /// Writes a file with tensors `b` [2, 3], `a` [1] and `empty` [0, 4]; returns its path.
  private func write(in folder: String) throws -> String {
    let path = folder + "/some.safetensors"
    try first.withUnsafeBufferPointer { first in
      try second.withUnsafeBufferPointer { second in
        let writer = SafetensorsWriter(
          [
            .init(name: "b", shape: [2, 3], values: first),
            .init(name: "a", shape: [1], values: second),
            .init(name: "empty", shape: [0, 4], values: .init(start: nil, count: 0)),
          ], metadata: ["note": "é"])
        let digest = try writer.write(to: path)
        #expect(try SHA256.hex(ofFile: path) == digest.sha256)
        #expect(try InputFile(path).size == digest.bytes)
      }
    }
    return path
  }

  private func read(_ path: String, _ name: String, _ shape: [Int]) throws -> [UInt32] {
    let reader = try SafetensorsReader(path)
    var values = [Float](repeating: 0, count: shape.reduce(1, *))
    try values.withUnsafeMutableBufferPointer { try reader.read(name, shape: shape, into: $0) }
    return values.map(\.bitPattern)
  }

  @Test func `what is written is read back, bit by bit`() throws {
    try withTemporaryFolder { folder in
      let path = try write(in: folder)
      #expect(try read(path, "b", [2, 3]) == first.map(\.bitPattern))
      #expect(try read(path, "a", [1]) == second.map(\.bitPattern))
      let reader = try SafetensorsReader(path)
      let (names, metadata, offset) = (
        reader.names, reader.header.metadata, reader.header.dataOffset
      )
      #expect(names == ["a", "b", "empty"])
      #expect(metadata == ["format": "pt", "note": "é"])
      #expect(offset % 8 == 0)
    }
  }

  @Test func `a tensor that is missing or of another shape is named`() throws {
    try withTemporaryFolder { folder in
      let path = try write(in: folder)
      #expect(throws: SafetensorsError.missing(path: path, tensor: "c")) {
        _ = try read(path, "c", [1])
      }
      #expect(
        throws: SafetensorsError.otherShape(
          path: path, tensor: "b", found: "F32 [2, 3]", expected: "F32 [3, 2]")
      ) { _ = try read(path, "b", [3, 2]) }
    }
  }

  @Test func `every truncation and every addition is refused`() throws {
    try withTemporaryFolder { folder in
      let whole = try InputFile.bytes(of: try write(in: folder))
      let path = folder + "/cut.safetensors"
      for count in 0..<whole.count {
        try AtomicFile.replace(path, with: Array(whole[..<count]))
        #expect(throws: SafetensorsError.self) { _ = try SafetensorsReader(path).names }
      }
      try AtomicFile.replace(path, with: whole + [0])
      #expect(throws: SafetensorsError.self) { _ = try SafetensorsReader(path).names }
    }
  }

  @Test
  func
    `every flipped bit of the header is refused or gives other names and shapes, and never ends the process`()
    throws
  {
    try withTemporaryFolder { folder in
      let whole = try InputFile.bytes(of: try write(in: folder))
      let path = folder + "/flipped.safetensors"
      let header = Int(try SafetensorsReader(folder + "/some.safetensors").header.dataOffset)
      for bit in 0..<header * 8 {
        var bytes = whole
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        try AtomicFile.replace(path, with: bytes)
        _ = try? SafetensorsReader(path).names
      }
    }
  }

  @Test(arguments: [
    #"[]"#, #"{"a": 1}"#, #"{"a": {"dtype": "F32", "shape": [2]}}"#,
    #"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}"#,
    #"{"a": {"dtype": "F4", "shape": [2], "data_offsets": [0, 8]}}"#,
    #"{"a": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}}"#,
    #"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}"#,
    #"{"a": {"dtype": "F32", "shape": [4611686018427387904, 4], "data_offsets": [0, 0]}}"#,
    #"{"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}"#,
    #"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 9223372036854775807]}}"#,
    #"{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "b": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}"#,
    #"{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}"#,
    #"{"__metadata__": {"x": 1}, "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}"#,
    #"{"a": {"dtype": "F32", "shape": 2, "data_offsets": [0, 8]}}"#,
    #"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}} x"#,
  ])
  func `a hostile header is refused`(json: String) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/hostile.safetensors"
      let length = UInt64(json.utf8.count)
      let prefix = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) }
      try AtomicFile.replace(
        path, with: prefix + Array(json.utf8) + [UInt8](repeating: 0, count: 8))
      #expect(throws: SafetensorsError.self) { _ = try SafetensorsReader(path).names }
    }
  }

  @Test(arguments: [UInt64.max, 1 << 62, 100_000_001, 9])
  func `a header length beyond the file is refused before anything is reserved for it`(
    length: UInt64
  ) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/long.safetensors"
      let prefix = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) }
      try AtomicFile.replace(path, with: prefix + Array("{}".utf8))
      #expect(throws: SafetensorsError.self) { _ = try SafetensorsReader(path).names }
    }
  }
}
