import CramCommand
import RingProtocol
import Shards

/// Single sequences, their documents, and where a document is.
extension InspectCommand {
  func printSequences() throws {
    let target = try InspectionTarget.open(targets[0])
    let numbers = decode.map { [$0] } ?? drawn(from: target.sequences)
    let found = try numbers.map { (number: $0, ids: try target.ids(of: $0)) }
    let search = TokenizerSearch(target)
    if let note = search.note, search.tokenizer == nil {
      Console.complain("cram-inspect: \(note)")
    }
    let sequences = found.map {
      DecodedSequence(number: $0.number, ids: $0.ids, tokenizer: search.tokenizer)
    }
    if !common.json { sequences.flatMap(\.lines).forEach(common.console.say) }
    let json = sequences.map(\.json)
    common.console.printJSON(decode != nil ? json[0] : ["sequences": .array(json)])
  }

  /// Different sequences, the same for a seed.
  private func drawn(from count: UInt64) -> [UInt64] {
    let key = OrderKey.derive(purpose: "inspect", seed: common.seed)
    let permutation = KeyedPermutation(count: count, key: key)
    return (0..<min(random ?? 0, count)).map { permutation[$0] }
  }

  func printTrace(of number: UInt64) throws {
    let pieces = try InspectionTarget.open(targets[0]).trace(number)
    common.console.printJSON(["documents": .array(pieces.map(\.json))])
    guard !common.json else { return }
    common.console.say("sequence \(number)")
    pieces.map(\.line).forEach(common.console.say)
  }

  func printSequences(holding id: String) throws {
    let found = try InspectionTarget.open(targets[0]).sequences(
      holding: id, threads: common.threadCount)
    common.console.printJSON(["sequences": .array(found.map { .unsigned($0) })])
    guard !common.json else { return }
    common.console.say(
      "document \(id) is in \(found.count == 1 ? "1 sequence" : "\(found.count) sequences")")
    for number in found { common.console.say("  \(number)") }
  }
}
