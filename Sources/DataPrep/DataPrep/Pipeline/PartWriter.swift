import RingProtocol

/// Writes the documents of a stage: `documents-00000.jsonl.zst` and so on, 64 frames each.
///
/// A part gets its name when it is whole.
package struct PartWriter: ~Copyable {
  /// Frames in one part; with one frame for each 16 MiB of input lines that is a gibibyte of input.
  static let framesPerPart = 64

  private let folder: String
  private var part: AtomicFile?
  private var parts = 0
  private var frames = 0

  package init(folder: String) {
    self.folder = folder
  }

  /// Whether a name in an output folder is one that a part bears.
  static func isPart(_ name: String) -> Bool {
    name.hasPrefix("documents-") && name.hasSuffix(".jsonl.zst")
  }

  /// The name of a part, by its number.
  static func name(_ number: Int) -> String {
    let digits = String(number)
    return "documents-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
      + ".jsonl.zst"
  }

  /// Appends the frame of the next block.
  package mutating func append(_ frame: [UInt8]) throws(FileError) {
    if frames == Self.framesPerPart { try endPart() }
    if part == nil { part = try AtomicFile(path: folder + "/" + Self.name(parts)) }
    try part!.write(frame)
    frames += 1
  }

  /// Gives the last part its name. Without a single frame there is one empty part, so that the next stage finds a file.
  package consuming func finish() throws(FileError) {
    if parts == 0, part == nil { try append(FrameCompressor().frame(of: [])) }
    try endPart()
  }

  private mutating func endPart() throws(FileError) {
    if let whole = part.take() {
      try whole.commit()
      parts += 1
      frames = 0
    }
  }
}
