import Glibc
import RingProtocol

/// Finds the files that the arguments of a command line mean.
struct InputSearch {
  private(set) var files: [CorpusFile] = []

  /// The files of all arguments in their order; an argument without a file is an error.
  static func files(of inputs: CorpusInputs) throws(CorpusError) -> [CorpusFile] {
    var search = InputSearch()
    var arguments = inputs.paths
    if let list = inputs.filesFrom { arguments += try paths(listedIn: list) }
    guard !arguments.isEmpty else {
      guard let list = inputs.filesFrom else { throw .noInput }
      throw .nothingFound(argument: list, reason: "names no file; list one path a line")
    }
    for argument in arguments { try search.add(argument) }
    return search.files
  }

  private static func paths(listedIn path: String) throws(CorpusError) -> [String] {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try InputFile.bytes(of: path) } catch { throw .file(error) }
    return bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
  }

  private mutating func add(_ argument: String) throws(CorpusError) {
    if argument == "-" { return files.append(CorpusFile(path: "-", name: "-")) }
    if Folder.kind(of: argument) != .nothing { return try add(existing: argument) }
    guard argument.contains(where: { "*?[".contains($0) }) else {
      throw .file(FileError("read", argument, errno: ENOENT))
    }
    let matches = Self.matches(of: argument).filter { !Self.isNeverInput(Folder.name(of: $0)) }
    guard !matches.isEmpty else {
      throw .nothingFound(argument: argument, reason: "matches no file; check the pattern")
    }
    for match in matches { try add(existing: match) }
  }

  private mutating func add(existing path: String) throws(CorpusError) {
    guard Folder.kind(of: path) == .folder else {
      let name = Folder.name(of: path)
      guard !Self.isNeverInput(name) else {
        throw .nothingFound(
          argument: path,
          reason: "tells of documents but holds none; name the documents, or the folder")
      }
      return files.append(CorpusFile(path: path, name: name))
    }
    let before = files.count
    let root = Folder.trimmed(path)
    var found: [String] = []
    do throws(FileError) {
      try Self.walk(root, below: "", above: [], into: &found)
    } catch { throw .file(error) }
    found.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let prefix = root == "/" ? "/" : root + "/"
    files += found.map { CorpusFile(path: prefix + $0, name: $0) }
    guard files.count > before else {
      throw .nothingFound(
        argument: path,
        reason:
          "the folder holds no documents; expected .jsonl, .ndjson, .json, .txt or .parquet, plain, .gz, .zst, .lz4, .xz or .bz2"
      )
    }
  }

  private static func isNeverInput(_ name: String) -> Bool {
    name == "report.json" || name == "manifest.json"
  }

  /// Appends the documents in `root/relative`, as paths below `root`. A link to a folder that holds it is passed over.
  private static func walk(
    _ root: String, below relative: String, above: [FolderIdentity], into found: inout [String]
  ) throws(FileError) {
    let folder = root + "/" + relative
    guard let identity = FolderIdentity(folder), !above.contains(identity) else { return }
    let names = try Folder.entries(of: folder)
    let isStage = names.contains("report.json")
    for name in names where !isStage || name.hasPrefix("documents-") {
      let path = relative + name
      if Folder.kind(of: folder + name) == .folder {
        if !isStage {
          try walk(root, below: path + "/", above: above + [identity], into: &found)
        }
      } else if !isNeverInput(name), DocumentExtension.of(name) != nil {
        found.append(path)
      }
    }
  }

  /// What a glob matches, in bytewise order.
  private static func matches(of pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(pattern, GLOB_NOSORT, nil, &result) == 0 else { return [] }
    let paths = (0..<Int(result.gl_pathc)).map { String(cString: result.gl_pathv[$0]!) }
    return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

/// Tells folders apart, whatever path leads to them.
private struct FolderIdentity: Equatable {
  let device: UInt
  let number: UInt

  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, number) = (UInt(status.st_dev), UInt(status.st_ino))
  }
}
