import RingProtocol

extension StageReport {
  /// What happened to the documents, in one line for people.
  public var line: String {
    let reasons = dropped.sorted { $0.key < $1.key }.map { reason, tally in
      "\(reason) \(Amount.grouped(tally.documents))"
    }
    let left = reasons.isEmpty ? "nothing dropped" : "dropped: " + reasons.joined(separator: ", ")
    return
      "\(Self.amount(input)) in, \(Self.amount(output)) out (\(left)) in \(Amount.time(seconds))"
  }

  private static func amount(_ tally: Tally) -> String {
    "\(Amount.grouped(tally.documents)) documents (\(Amount.short(tally.bytes))B)"
  }
}
