import Foundation
import RingProtocol
import Training

/// A file that `scripts/golden-gradients` made with PyTorch.
struct GoldenFile {
  let configuration: ModelConfiguration
  private let header: SafetensorsHeader
  private let file: Data

  init(_ name: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let path = folder.appending(path: "Golden/gradients/\(name).safetensors")
    header = try SafetensorsHeader(of: InputFile(path.path()))
    file = try Data(contentsOf: path)
    configuration = try ModelConfiguration(
      JSONValue.parse(Array((header.metadata["config"] ?? "").utf8)))
  }

  func floats(_ name: String) -> [Float] { numbers(name, "F32") }
  func doubles(_ name: String) -> [Double] { numbers(name, "F64") }
  func integers(_ name: String) -> [Int32] { numbers(name, "I32") }

  private func numbers<Number>(_ name: String, _ type: String) -> [Number] {
    guard let entry = header.entries.first(where: { $0.name == name }), entry.type == type else {
      fatalError("no \(type) \(name)")
    }
    let size = MemoryLayout<Number>.size
    return file[header.dataOffset...].withUnsafeBytes { bytes in
      stride(from: entry.range.lowerBound, to: entry.range.upperBound, by: size).map {
        bytes.loadUnaligned(fromByteOffset: $0, as: Number.self)
      }
    }
  }
}
