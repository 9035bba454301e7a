import Glibc

/// What every stage does with folders.
public enum Folder {
  /// The folder that holds `path`.
  public static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last component of `path`.
  public static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// `path` from the root on: below the working folder where it does not begin there. Links and dots stay as they are.
  public static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
    defer { free(folder) }
    let relative = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    return trimmed(String(cString: folder)) + "/" + relative
  }

  /// `path` without slashes at its end; the root stays.
  public static func trimmed(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// What lies at `path`.
  public static func kind(of path: String) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .nothing }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file
    default: return .other
    }
  }

  /// A regular file, a folder, something else (a pipe, a device), or nothing.
  public enum Kind { case nothing, file, folder, other }

  /// Makes `path` and the folders above it, where they are missing.
  public static func create(_ path: String) throws(FileError) {
    if kind(of: path) == .folder { return }
    let above = parent(of: path)
    if above != path, kind(of: above) == .nothing { try create(above) }
    guard mkdir(path, 0o755) == 0 || (errno == EEXIST && kind(of: path) == .folder) else {
      throw FileError("create the folder", path, errno: errno == EEXIST ? ENOTDIR : errno)
    }
  }

  /// The names in `path` without `.` and `..`, in bytewise order.
  public static func entries(of path: String) throws(FileError) -> [String] {
    guard let stream = opendir(path) else { throw FileError("read", path, errno: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Removes a file, or a folder with all that is in it; nothing there is no error.
  public static func remove(_ path: String) throws(FileError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      for name in try entries(of: path) { try remove(path + "/" + name) }
      guard rmdir(path) == 0 else { throw FileError("remove", path, errno: errno) }
    } else {
      guard unlink(path) == 0 || errno == ENOENT else {
        throw FileError("remove", path, errno: errno)
      }
    }
  }

  /// Makes the names in a folder durable.
  public static func synchronize(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("read", path, errno: errno) }
    defer { close(descriptor) }
    // Some file systems (FUSE, network) know no fsync of a folder: the rename itself is then all they offer.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw FileError("write", path, errno: errno)
    }
  }
}
