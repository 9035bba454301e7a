import RingProtocol

/// Why a shard or a dataset cannot be used; every description ends with what to do.
public enum ShardError: Error, Equatable, CustomStringConvertible {
  /// The system refused the file.
  case file(FileError)
  /// The file is something else.
  case notAShard(path: String, offset: UInt64, found: String)
  /// A later release wrote it.
  case newerFormat(path: String, offset: UInt64, found: UInt64, known: UInt64)
  /// Bytes are not what they were when they were written.
  case damaged(path: String, offset: UInt64, found: String)
  /// A frame of sequences is damaged; the others of the file may be whole.
  case damagedFrame(path: String, frame: Int, offset: UInt64, found: String)
  /// A whole shard that is not the one the manifest names.
  case foreignShard(path: String, found: String)
  /// The manifest does not describe a dataset.
  case badManifest(path: String, found: String)
  /// A folder without a manifest, and the datasets that lie in it.
  case noDataset(path: String, inside: [String])
  /// There is no such sequence.
  case noSequence(path: String, sequence: UInt64, count: UInt64)
  /// The dataset was written without provenance.
  case noProvenance(path: String)
  /// No document has this id.
  case noDocument(path: String, id: String)
  /// An index that the format cannot hold.
  case tooLarge(path: String, indexBytes: UInt64)
  /// Two datasets that do not fit together.
  case unlike(path: String, other: String, fact: String, found: String, wanted: String)
  /// Tokens of another format that cannot become a dataset.
  case notImportable(path: String, found: String)
  /// Too much is damaged to be made again.
  case beyondRepair(path: String, found: String)

  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .notAShard(let path, let offset, let found):
      "\(path) is not a shard: at byte \(offset) \(found); name a *.tok.zst file or a folder with manifest.json"
    case .newerFormat(let path, let offset, let found, let known):
      "\(path), byte \(offset): format \(found), and this release reads up to \(known); use the release that wrote it, or a newer one"
    case .damaged(let path, let offset, let found):
      "\(path), byte \(offset): \(found); the file is damaged: copy it again, or make it again with cram tokenize"
    case .damagedFrame(let path, let frame, let offset, let found):
      "\(path), byte \(offset), frame \(frame): \(found); the file is damaged: copy it again, or make it again with cram tokenize"
    case .foreignShard(let path, let found):
      "\(path) is not the shard of the manifest: \(found); copy the dataset again, or make it again with cram tokenize"
    case .badManifest(let path, let found):
      "\(path): \(found); copy it again, or make the dataset again with cram tokenize"
    case .noDataset(let path, let inside):
      "\(path)/\(Manifest.fileName): there is no such file; name \(inside.isEmpty ? "a folder of shards that has one" : inside.joined(separator: " or "))"
    case .noSequence(let path, let sequence, let count):
      "\(path) has no sequence \(sequence): it holds \(count), counted from 0; name a smaller one"
    case .noProvenance(let path):
      "\(path) has no provenance: it was written with --provenance none; make it again with cram tokenize --provenance full"
    case .noDocument(let path, let id):
      "\(path) holds no document \(id); check the id (documents without one are called FILE:LINE)"
    case .tooLarge(let path, let indexBytes):
      "\(path): an index of \(indexBytes) bytes, where 4294967295 are possible; choose a smaller --shard-sequences, or --provenance none"
    case .unlike(let path, let other, let fact, let found, let wanted):
      "\(path) has the \(fact) \(found), and \(other) \(wanted); make both with the same tokenizer and options"
    case .notImportable(let path, let found):
      "\(path) cannot be imported: \(found)"
    case .beyondRepair(let path, let found):
      "\(path) cannot be repaired: \(found); copy it again, or make it again with cram tokenize"
    }
  }

  /// The file that is at fault.
  public var path: String {
    switch self {
    case .file(let error): error.path
    case .notAShard(let path, _, _), .newerFormat(let path, _, _, _), .damaged(let path, _, _),
      .damagedFrame(let path, _, _, _), .foreignShard(let path, _), .badManifest(let path, _),
      .noDataset(let path, _), .noSequence(let path, _, _), .noProvenance(let path),
      .noDocument(let path, _),
      .tooLarge(let path, _), .beyondRepair(let path, _), .unlike(let path, _, _, _, _),
      .notImportable(let path, _):
      path
    }
  }
}
