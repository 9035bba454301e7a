import DataPrep
import Glibc
import RingProtocol
import TestSupport

/// Reads damaged copies of files in one process, for as long as it is told: what `scripts/fuzz-documents --sanitize` builds with AddressSanitizer.
///
/// Usage: fuzz-reading SECONDS SEED CASE FILE…. Each copy is written to CASE (with the extension of its file) before it is read, so that it is left there
/// by a crash, by a wrong answer (status 1), and by a wait of more than a minute (SIGALRM).
@main struct FuzzReading {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count > 4, let seconds = Int(arguments[1]), let seed = UInt64(arguments[2])
    else {
      complain("usage: fuzz-reading SECONDS SEED CASE FILE…")
      exit(2)
    }
    let files = try arguments[4...].map { path in
      (path: arguments[3] + suffix(of: path), bytes: try InputFile.bytes(of: path))
    }
    var mutator = Mutator(seed: seed)
    var (cases, refused) = (0, 0)
    let end = time(nil) + seconds
    while time(nil) < end {
      let file = files.randomElement(using: &mutator)!
      put(mutator.mutated(file.bytes), at: file.path)
      alarm(60)
      if try !isRead(file.path, skipDamaged: cases % 2 == 0) { refused += 1 }
      alarm(0)
      unlink(file.path)
      cases += 1
    }
    print("\(cases) damaged files, \(refused) of them refused by name")
  }

  /// All extensions of a name.
  private static func suffix(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    return name.firstIndex(of: ".").map { String(name[$0...]) } ?? ""
  }

  /// Whether documents came out, which are looked at byte by byte; otherwise a clear error did.
  private static func isRead(_ path: String, skipDamaged: Bool) throws -> Bool {
    let inputs = CorpusInputs(paths: [path], skipDamaged: skipDamaged, lineLimit: 1 << 20)
    do {
      try Corpus(inputs).process(
        threads: 1, cancellation: nil, progress: nil, makeScratch: {},
        work: { _, block in
          for document in block.documents {
            require(String(validating: document.text, as: UTF8.self) != nil, "text is no UTF-8")
            var line: [UInt8] = []
            document.appendLine(to: &line)
            require((try? JSONValue.parse(line)) != nil, "a line is no JSON")
            require(!document.name.isEmpty || document.rawID != nil, "a document without name")
          }
        }, collect: {})
      return true
    } catch let error as CorpusError {
      require("\(error)".contains(path), "an error without the file: \(error)")
      require(!"\(error)".contains("\n"), "an error of several lines: \(error)")
      return false
    }
  }

  private static func require(_ holds: Bool, _ what: String) {
    guard !holds else { return }
    complain(what)
    exit(1)
  }

  private static func complain(_ what: String) {
    var line = "fuzz-reading: \(what)\n"
    line.withUTF8 { _ = write(2, $0.baseAddress, $0.count) }
  }

  /// Writes without the care for the disk that results get.
  private static func put(_ bytes: [UInt8], at path: String) {
    guard let file = fopen(path, "w"), fwrite(bytes, 1, bytes.count, file) == bytes.count else {
      complain("\(path) cannot be written")
      exit(2)
    }
    fclose(file)
  }
}
