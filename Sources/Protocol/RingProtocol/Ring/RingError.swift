import Glibc

/// Why a ring cannot be made, attached or used; one line that ends with what to do.
public enum RingError: Error, Equatable {
  case badName(String)
  case notThere(name: String, waited: Duration)
  case producerPresent(name: String, pid: Int32)
  case consumerPresent(name: String, pid: Int32)
  case notARing(path: String, found: String)
  case otherVersion(path: String, found: UInt32)
  case otherStream(name: String, field: String, found: String, expected: String)
  case noSpace(folders: [String], bytes: Int)
  case system(path: String, action: String, errno: Int32)
  /// The producer was stopped; `taken` batches were received before.
  case interrupted(name: String, taken: UInt64)
  /// The producer could not go on, for the reason it left behind.
  case failed(name: String, reason: String)
  /// The producer died and no other came; `taken` is the number of batches received.
  case producerGone(name: String, waited: Duration, taken: UInt64)
  /// The producer lives, and has given nothing for so long.
  case stalled(name: String, waited: Duration)
  /// The ring was closed before a consumer's seek was answered.
  case closedBeforeSeek(name: String, position: UInt64)
  case damagedBatch(name: String, batch: UInt64, found: String)
  /// This process was asked to stop by a signal.
  case cancelled(signal: Int32)
}

extension RingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badName(let name):
      "ring name '\(name)': use 1 to 200 letters, digits, '.', '_' and '-', not beginning with '.'"
    case .notThere(let name, let waited):
      "ring \(name): not there\(waited == .zero ? "" : " after \(seconds(waited))"); start `cram stream DATASET --ring \(name)`"
    case .producerPresent(let name, let pid):
      "ring \(name): process \(pid) already produces for it; stop that one or choose another name"
    case .consumerPresent(let name, let pid):
      "ring \(name): process \(pid) already consumes it; stop that one or use a ring of its own"
    case .notARing(let path, let found):
      "\(path): not a ring, found \(found); remove the file or choose another name"
    case .otherVersion(let path, let found):
      "\(path): ring layout \(found), expected \(RingLayout.version); use the same release on both sides, or remove the file"
    case .otherStream(let name, let field, let found, let expected):
      "ring \(name): its consumer is fed with \(field) \(found), not \(expected); start the same stream or choose another name"
    case .noSpace(let folders, let bytes):
      "ring of \(bytes) bytes: no space in \(folders.joined(separator: " nor in ")); free space, "
        + "enlarge /dev/shm (docker: --shm-size), or choose a smaller --batch"
    case .system(let path, let action, let number):
      "cannot \(action) \(path): \(String(cString: strerror(number)).lowercased()); check the permissions and limits"
    case .interrupted(let name, let taken):
      "ring \(name): its producer was stopped by a signal after \(taken) batches; start it again"
    case .failed(let name, let reason):
      "ring \(name): its producer failed: \(reason)"
    case .producerGone(let name, let waited, let taken):
      "ring \(name): its producer died and no other came for \(seconds(waited)), \(taken) batches were received; start `cram stream` again"
    case .stalled(let name, let waited):
      "ring \(name): its producer lives but has given nothing for \(seconds(waited)); look at it with `cram ring watch \(name)`"
    case .closedBeforeSeek(let name, let position):
      "ring \(name): it ended before position \(position) was asked for; start `cram stream` again"
    case .damagedBatch(let name, let batch, let found):
      "ring \(name): batch \(batch) is damaged, found \(found); start both sides again, and check this machine's memory"
    case .cancelled(let signal):
      "stopped by signal \(signal)"
    }
  }

  private func seconds(_ duration: Duration) -> String {
    "\(Double(duration.components.seconds) + Double(duration.components.attoseconds / 1_000_000_000_000_000) / 1000) s"
  }
}
