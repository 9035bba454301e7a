import Glibc
import RingProtocol

/// Keeps what can be read only once (standard input, pipes) in files of an output folder while a stage reads twice.
struct Spool: ~Copyable {
  private let folder: String
  private var paths: [String] = []

  init(folder: String) {
    self.folder = folder
  }

  deinit {
    for path in paths { unlink(path) }
  }

  /// The same corpus, with copies in the place of what can be read only once. The copies are gone with this value.
  mutating func readableTwice(_ corpus: Corpus, _ cancellation: CancellationFlag?) throws -> Corpus
  {
    var corpus = corpus
    for index in corpus.files.indices where !corpus.files[index].isReadableTwice {
      try Folder.create(folder)
      let copy = "\(folder)/input-\(index).tmp"
      paths.append(copy)
      try Self.copy(corpus.files[index], to: copy, cancellation)
      corpus.files[index].opened = copy
    }
    return corpus
  }

  private static func copy(_ source: CorpusFile, to path: String, _ cancellation: CancellationFlag?)
    throws
  {
    let raw = try RawFile(
      source.opened, named: source.path, isStopped: { cancellation?.isSet ?? false })
    let target = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard target >= 0 else { throw FileError("write", path, errno: errno) }
    defer { close(target) }
    while true {
      try raw.fill()
      try cancellation?.check()
      guard !raw.available.isEmpty else { return }
      while !raw.available.isEmpty {
        let written = write(target, raw.available.baseAddress, raw.available.count)
        if written < 0, errno == EINTR { continue }
        guard written >= 0 else { throw FileError("write", path, errno: errno) }
        raw.take(written)
      }
    }
  }
}
