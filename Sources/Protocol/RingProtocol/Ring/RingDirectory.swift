import CRing
import Glibc

/// Where rings lie: shared memory, and a folder of files for machines whose shared memory is too small.
public struct RingDirectory: Sendable {
  package let memory: String
  package let files: String?

  /// Rings in the system's shared memory, or, where that has no space, in the folder `files`, which is made when it
  /// is first needed.
  ///
  /// `memory` is the folder in which `shm_open` makes its objects.
  public init(memory: String = "/dev/shm", files: String?) {
    (self.memory, self.files) = (memory, files)
  }

  private static let prefix = "cram-ring."

  /// The paths at which the ring `name` may lie, the preferred first.
  func paths(of name: String) throws(RingError) -> [String] {
    let isGood =
      !name.isEmpty && name.utf8.count <= 200 && !name.hasPrefix(".")
      && name.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
          || [45, 46, 95].contains($0)
      }
    guard isGood else { throw .badName(name) }
    return ["\(memory)/\(Self.prefix)\(name)"] + (files.map { ["\($0)/\(name)"] } ?? [])
  }

  /// The names of all rings that lie here, in bytewise order, whoever holds them.
  public func names() -> [String] {
    let shared = ((try? Folder.entries(of: memory)) ?? []).filter { $0.hasPrefix(Self.prefix) }
      .map { String($0.dropFirst(Self.prefix.count)) }
    let filed = files.flatMap { try? Folder.entries(of: $0) } ?? []
    return Set(shared + filed).filter { (try? paths(of: $0)) != nil }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Opens the ring `name` where it lies.
  func open(_ name: String, writable: Bool = true) throws(RingError) -> RingObject.Attempt {
    for path in try paths(of: name) {
      switch try RingObject.open(path, writable: writable) {
      case .opened(let object): return .opened(object)
      case .unfinished: return .unfinished
      case .absent: continue
      }
    }
    return .absent
  }

  /// Makes an object for the ring `name` in the first place that has the space.
  func create(_ name: String, byteCount: Int) throws(RingError) -> RingObject.Attempt {
    let paths = try paths(of: name)
    for path in paths {
      do throws(RingError) {
        if path != paths[0] { try prepareFiles() }
        return try RingObject.create(path, byteCount: byteCount)
      } catch {
        switch error {
        case .noSpace: continue
        case .system(_, "create", ENOENT) where path == paths[0]: continue
        default: throw error
        }
      }
    }
    throw .noSpace(folders: paths.map(Folder.parent), bytes: byteCount)
  }

  private func prepareFiles() throws(RingError) {
    guard let files else { return }
    do throws(FileError) { try Folder.create(files) } catch {
      throw .system(path: error.path, action: error.action, errno: error.number)
    }
  }

  /// Removes what was left of a ring whose maker died before it had any size.
  func removeUnfinished(_ name: String) throws(RingError) {
    for path in try paths(of: name) {
      let file = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
      guard file >= 0 else { continue }
      defer { close(file) }
      var own = stat()
      var named = stat()
      if ring_lock(file, RingLayout.producerLine) == 0, fstat(file, &own) == 0, own.st_size == 0,
        stat(path, &named) == 0, named.st_ino == own.st_ino
      {
        unlink(path)
      }
    }
  }

  /// Removes every ring that neither a producer nor a consumer holds; returns the names of those removed.
  public func clean() -> [String] {
    names().filter { (try? removeIfUnheld($0)) ?? false }
  }

  private func removeIfUnheld(_ name: String) throws(RingError) -> Bool {
    switch try open(name) {
    case .absent: return false
    case .unfinished:
      try removeUnfinished(name)
      if case .absent = try open(name) { return true }
      return false
    case .opened(let object):
      guard object.tryLine(RingLayout.producerLine), object.tryLine(RingLayout.consumerLine) else {
        return false
      }
      object.removeName()
      return true
    }
  }
}
