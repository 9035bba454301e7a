import Glibc
import RingProtocol

/// Other executables of the package, which lie beside the running one.
public enum Executables {
  /// The path of `cram-stream`.
  public static var streamer: String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes {
      readlink("/proc/self/exe", $0.bindMemory(to: CChar.self).baseAddress!, $0.count)
    }
    let own = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    return Folder.parent(of: own) + "/cram-stream"
  }
}
