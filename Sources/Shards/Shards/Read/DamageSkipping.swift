import RingProtocol
import Synchronization

/// Lets a reader go on behind damaged frames, always in the same way.
///
/// What parity can make again is used as it was written. Any other damaged frame is replaced by the next whole one of the
/// dataset (behind the last comes the first), its sequences over and over where it has fewer. Which was replaced by which is
/// recorded, so that whoever reads again, from whatever position, gets the same, also when the frame is whole by then.
public final class DamageSkipping: Sendable {
  /// What was done about one frame.
  public struct Event: Sendable, Equatable, CustomStringConvertible {
    /// Why it could not be read; ends with what to do.
    public var problem: String
    /// Its sequences.
    public var sequences: Range<UInt64>
    /// The sequences that stand for it; nil where parity made it again.
    public var replacement: Range<UInt64>?

    public var description: String {
      let first = "sequences \(sequences.lowerBound) to \(sequences.upperBound - 1)"
      guard let replacement else { return "\(problem) [\(first) made again by parity]" }
      return
        "\(problem) [\(first) replaced by \(replacement.lowerBound) to \(replacement.upperBound - 1)]"
    }
  }

  private struct State {
    /// By the first sequence of the damaged frame, that of the one that stands for it.
    var replaced: [UInt64: UInt64] = [:]
    /// Frames that were told of.
    var told: Set<UInt64> = []
    /// Damaged frames that were met since they were last asked for.
    var met: UInt64 = 0
  }

  private let path: String
  private let fingerprint: String
  private let tell: @Sendable (Event) -> Void
  private let state: Mutex<State>

  /// - Parameters:
  ///   - path: the record; it need not be there yet.
  ///   - fingerprint: of the dataset: the record of another is refused.
  ///   - tell: is given what was done, once for each frame.
  public init(
    record path: String, fingerprint: String, tell: @escaping @Sendable (Event) -> Void
  ) throws {
    (self.path, self.fingerprint, self.tell) = (path, fingerprint, tell)
    guard Folder.kind(of: path) != .nothing else {
      state = Mutex(State())
      return
    }
    let json = try JSONValue.read(path)
    guard json["fingerprint"]?.string == fingerprint, let rows = json["replaced"]?.array else {
      throw ShardError.badManifest(path: path, found: "it is not the record of this dataset")
    }
    var known = State()
    for row in rows {
      guard let frame = row["first_sequence"]?.int, let by = row["by"]?.int, frame >= 0, by >= 0
      else { throw ShardError.badManifest(path: path, found: "it records no numbers") }
      known.replaced[UInt64(frame)] = UInt64(by)
    }
    state = Mutex(known)
  }

  /// What to tell whoever reads again: how many frames stay replaced, and where that stands; nil where none does.
  public var notice: String? {
    let count = state.withLock { $0.replaced.count }
    guard count > 0 else { return nil }
    let frames = count == 1 ? "1 damaged frame stays" : "\(count) damaged frames stay"
    return "\(frames) replaced as before, by \(path); remove that file to read the originals again"
  }

  /// The first sequence of the frame that stands for the one that begins with `first`; nil where none does.
  func replacement(of first: UInt64) -> UInt64? { state.withLock { $0.replaced[first] } }

  /// How many damaged frames were met since the last call.
  func take() -> UInt64 {
    state.withLock { state in
      defer { state.met = 0 }
      return state.met
    }
  }

  /// Records and tells what was done.
  func add(_ event: Event) throws(FileError) {
    let first = event.sequences.lowerBound
    let (isNew, replaced) = state.withLock { state in
      if let replacement = event.replacement { state.replaced[first] = replacement.lowerBound }
      state.met += 1
      return (state.told.insert(first).inserted, state.replaced)
    }
    guard isNew else { return }
    if event.replacement != nil {
      let rows = replaced.sorted { $0.key < $1.key }.map { row -> JSONValue in
        ["first_sequence": .unsigned(row.key), "by": .unsigned(row.value)]
      }
      let json: JSONValue = ["fingerprint": .string(fingerprint), "replaced": .array(rows)]
      try Folder.create(Folder.parent(of: path))
      try AtomicFile.replace(path, with: json.serialized(pretty: true) + "\n")
    }
    tell(event)
  }
}
