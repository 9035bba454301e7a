import RingProtocol

/// An open safetensors file.
public struct SafetensorsReader: ~Copyable {
  public let header: SafetensorsHeader
  private let file: InputFile
  private let places: [String: Int]

  /// Opens `path` and checks its header; no tensor is read yet.
  public init(_ path: String) throws(SafetensorsError) {
    let opened: InputFile
    do throws(FileError) { opened = try InputFile(path) } catch { throw .file(error) }
    header = try SafetensorsHeader(of: opened)
    file = opened
    places = Dictionary(uniqueKeysWithValues: header.entries.enumerated().map { ($1.name, $0) })
  }

  /// The names of its tensors, in the order of their data.
  public var names: [String] { header.entries.map(\.name) }

  /// Reads the F32 tensor `name`, which has to have this shape, into `destination`.
  public func read(
    _ name: String, shape: [Int], into destination: UnsafeMutableBufferPointer<Float>
  )
    throws(SafetensorsError)
  {
    guard let place = places[name] else { throw .missing(path: file.path, tensor: name) }
    let entry = header.entries[place]
    guard entry.type == "F32", entry.shape == shape else {
      throw .otherShape(
        path: file.path, tensor: name, found: entry.form, expected: "F32 \(shape)")
    }
    precondition(destination.count * 4 == entry.range.count, "\(destination.count) floats")
    do throws(FileError) {
      try file.read(
        at: UInt64(header.dataOffset + entry.range.lowerBound),
        into: UnsafeMutableRawBufferPointer(destination))
    } catch {
      throw .file(error)
    }
  }
}
