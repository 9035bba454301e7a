import Glibc
import RingProtocol
import Shards

/// Shows damaged shards to everything that reads them, and says which law does not hold.
///
/// The laws: nothing crashes; a shard whose bytes differ and whose checksums were left alone is refused; what `Repair`
/// writes is the shard that was damaged, byte for byte; a shard that passes verification can be read to the end.
public struct ShardFuzzer {
  private let good: [UInt8]
  private let folder: String
  private let path: String
  private var mutator: ShardMutator

  /// - Parameters:
  ///   - shard: a good one.
  ///   - folder: an empty folder to work in.
  public init(shard: String, folder: String, seed: UInt64) throws {
    good = try InputFile.bytes(of: shard)
    self.folder = folder
    path = folder + "/" + Folder.name(of: shard)
    mutator = ShardMutator(good, seed: seed)
  }

  /// Tries one more variant; the law that does not hold, in words, else nil.
  public mutating func step() throws -> String? {
    let (bytes, isMended) = mutator.next()
    try write(bytes)
    let problems = Verification.problems(shard: path, threads: 1)
    if bytes == good { return problems.isEmpty ? nil : "a good shard is refused: \(problems[0])" }
    if !isMended, problems.isEmpty { return "a damaged shard passes" }
    if let foreign = problems.first(where: { $0.path != path }) {
      return "the fault names another file: \(foreign)"
    }
    let isRead = readAll()
    if problems.isEmpty, let fault = isRead { return "a verified shard cannot be read: \(fault)" }
    return isMended ? nil : repairFault()
  }

  private func write(_ bytes: [UInt8]) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw FileError("write", path, errno: errno) }
    defer { close(descriptor) }
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw FileError("write", path, errno: errno)
    }
  }

  /// Uses the shard in every way there is; the first error, in words.
  private func readAll() -> String? {
    do {
      let target = try InspectionTarget.open(path)
      _ = try DatasetReport(target, path: path, threads: 1).json.serialized()
      let count = min(target.sequences, 64)
      for sequence in 0..<count { _ = try target.ids(of: sequence) }
      do {
        for sequence in 0..<count { _ = try target.trace(sequence) }
        _ = try target.sequences(holding: "document-1", threads: 1)
      } catch ShardError.noProvenance, ShardError.noDocument {
        return nil
      }
      return nil
    } catch { return "\(error)" }
  }

  private func repairFault() -> String? {
    let target = folder + "/repaired"
    defer { try? Folder.remove(target) }
    do {
      _ = try Repair(threads: 1).repair(path, to: target)
      let repaired = try InputFile.bytes(of: target + "/" + Folder.name(of: path))
      return repaired == good ? nil : "a repaired shard is not the one that was damaged"
    } catch { return nil }
  }
}
