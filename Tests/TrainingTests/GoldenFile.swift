import Foundation
import Training

/// A file that `scripts/golden-gradients` made with PyTorch.
struct GoldenFile {
  let configuration: ModelConfiguration
  private let tensors: [String: Entry]
  private let data: Data

  private struct Entry: Decodable {
    let dtype: String
    let shape: [Int]
    let data_offsets: [Int]
  }

  init(_ name: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = try Data(contentsOf: folder.appending(path: "Golden/gradients/\(name).safetensors"))
    let length = file.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let header = Data(file[8..<8 + length])
    var entries = try JSONSerialization.jsonObject(with: header) as? [String: Any] ?? [:]
    let metadata = entries.removeValue(forKey: "__metadata__") as? [String: String] ?? [:]
    tensors = try JSONDecoder().decode(
      [String: Entry].self, from: JSONSerialization.data(withJSONObject: entries))
    configuration = try JSONDecoder().decode(
      ModelConfiguration.self, from: Data((metadata["config"] ?? "").utf8))
    data = Data(file[(8 + length)...])
  }

  func floats(_ name: String) -> [Float] { numbers(name, "F32") }
  func doubles(_ name: String) -> [Double] { numbers(name, "F64") }
  func integers(_ name: String) -> [Int32] { numbers(name, "I32") }

  private func numbers<Number>(_ name: String, _ type: String) -> [Number] {
    guard let entry = tensors[name], entry.dtype == type else { fatalError("no \(type) \(name)") }
    let range = entry.data_offsets[0]..<entry.data_offsets[1]
    return data[range].withUnsafeBytes { bytes in
      (0..<bytes.count / MemoryLayout<Number>.size).map {
        bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Number>.size, as: Number.self)
      }
    }
  }
}
