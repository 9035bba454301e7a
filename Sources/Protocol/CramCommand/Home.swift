import Glibc
import RingProtocol

/// The folder of everything that may be made again: `CRAM_HOME`, by default `~/.cache/cram`.
public enum CramHome {
  /// The folder; it need not exist yet.
  public static var path: String {
    if let chosen = getenv("CRAM_HOME"), chosen.pointee != 0 { return String(cString: chosen) }
    let home = getenv("HOME").map { String(cString: $0) } ?? ""
    return (home.isEmpty ? "/tmp" : home) + "/.cache/cram"
  }

  /// Where rings lie: shared memory, and where that is too small, `rings` in this folder.
  public static var rings: RingDirectory { RingDirectory(files: path + "/rings") }
}
