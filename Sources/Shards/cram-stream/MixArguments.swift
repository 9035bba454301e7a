import CramCommand
import RingProtocol
import Shards

/// The datasets of the command line, with their weights: `DATASET` or `DATASET=WEIGHT` each.
struct MixArguments {
  private let items: [(folder: String, weight: String?)]

  init(_ words: [String]) { items = words.map(Self.split) }

  /// Wrong usage: weights for some and not for others, and weights that are none.
  static func check(_ words: [String]) throws {
    let weights = words.map { split($0).weight }
    guard Set(weights.map { $0 == nil }).count <= 1 else {
      throw ValidationError(
        "a weight for every dataset, or for none: found \(words.joined(separator: " "))")
    }
    guard weights.count <= Mixture.maximumDatasets else {
      throw ValidationError(
        "\(weights.count) datasets: expected at most \(Mixture.maximumDatasets)")
    }
    let given = weights.compactMap { $0 }
    if !given.isEmpty, Mixture(decimals: given) == nil {
      throw ValidationError(
        "weights \(given.joined(separator: ", ")): expected numbers above 0 of few digits, as 0.7")
    }
  }

  /// What stands behind the last `=`, where it is a number.
  private static func split(_ word: String) -> (folder: String, weight: String?) {
    guard let place = word.lastIndex(of: "=") else { return (word, nil) }
    let weight = word[word.index(after: place)...]
    guard Double(weight) != nil else { return (word, nil) }
    return (String(word[..<place]), String(weight))
  }

  func open() throws -> StreamData {
    let datasets = try items.map { try Self.open(Folder.trimmed($0.folder)) }
    let weights = items.compactMap(\.weight)
    let mixture =
      weights.isEmpty ? StreamData.mixture(bySize: datasets) : Mixture(decimals: weights)
    guard datasets.count > 1, let mixture else { return StreamData(datasets[0]) }
    return try StreamData(datasets, mixture: mixture)
  }

  private static func open(_ folder: String) throws -> Dataset {
    let manifests = ["", "/train"].map { Folder.kind(of: folder + $0 + "/" + Manifest.fileName) }
    if manifests == [.nothing, .file] { throw StreamError.severalDatasets(folder: folder) }
    return try Dataset.open(folder)
  }
}
