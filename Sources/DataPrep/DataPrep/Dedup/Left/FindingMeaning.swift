/// What the findings of a mode say of documents.
package enum FindingMeaning: Sendable {
  /// There are none: the mode judges whenever documents are read.
  case nothing
  /// That they go.
  case drops
  /// That ranges of their original text go.
  case cuts
  /// That ranges of what the modes before left go; of a document that is emptied by it a `Finding.source` may name the copy that stays.
  case cutsOfLeft
  /// That units of what the modes before left go: `first` is the unit's place.
  case units(TextUnits)
}

/// How the findings of a mode are told and acted on.
package struct ModeReading: Sendable {
  /// What its option is called: names its steps and files.
  package let name: String
  /// What reports call it.
  package let reason: String
  package let meaning: FindingMeaning

  /// Whether its findings tell all, and texts that stay stay as they are.
  var isOfWholeDocuments: Bool {
    if case .drops = meaning { true } else { false }
  }

  package init(name: String, reason: String, meaning: FindingMeaning) {
    (self.name, self.reason, self.meaning) = (name, reason, meaning)
  }
}

/// What the modes so far made of a document.
package enum DocumentFate: Sendable {
  case left(LeftText)
  case dropped(Drop)

  /// Why a document goes.
  package struct Drop: Sendable {
    /// The mode's reason.
    package let reason: String
    /// The figure that decided, where there is one.
    package let value: Double?
    /// The ordinal of the document that stays instead, where there is one.
    package let keeper: UInt64?
    /// The name of what it is a copy of, where that is no document of the corpus.
    package var copyOf: String?
  }

  /// Acts on what a mode found about this document.
  mutating func apply(_ findings: ArraySlice<Finding>, of mode: ModeReading) {
    guard case .left(var text) = self, let first = findings.first else { return }
    switch mode.meaning {
    case .nothing: return
    case .drops:
      let keeper = first.keeper == Ordinal.none ? nil : first.keeper
      self = .dropped(Drop(reason: mode.reason, value: first.value, keeper: keeper))
      return
    case .cuts: text.cut(originals: findings.map(\.range), reason: mode.reason)
    case .cutsOfLeft:
      text.cut(findings.lazy.filter { !$0.isSource }.map(\.range), reason: mode.reason)
    case .units(let kind):
      var units: [TextUnits.Unit] = []
      text.withBytes { kind.split($0, into: &units) }
      let gone = findings.map { Int($0.first) }
      text.cut(TextUnits.ranges(of: gone, among: units, count: text.count), reason: mode.reason)
    }
    settle(text, mode, keeper: findings.first(where: \.isSource)?.keeper)
  }

  /// Takes the text as a mode has left it: a document that is emptied is dropped.
  mutating func settle(_ text: LeftText, _ mode: ModeReading, keeper: UInt64? = nil) {
    let isEmptied = text.count == 0 && text.isChanged
    self =
      isEmptied ? .dropped(Drop(reason: mode.reason, value: nil, keeper: keeper)) : .left(text)
  }
}
