import Synchronization

/// The value of an option with its place among all options of its kind: presets and rules act in the order given.
struct OrderedArgument: Sendable {
  let text: String
  let place: Int

  private static let count = Atomic(0)

  /// Takes the next place: the parser makes values in the order in which they stand.
  init(_ text: String) {
    self.text = text
    place = Self.count.add(1, ordering: .relaxed).newValue
  }
}
