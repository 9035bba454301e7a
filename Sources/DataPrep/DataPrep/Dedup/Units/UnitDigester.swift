/// The digests of a text's units, byte for byte.
struct UnitDigester: TextDigester {
  let units: TextUnits

  var isOfUnits: Bool { true }

  func forEachDigest(
    of text: UnsafeRawBufferPointer, _ scratch: inout DigestScratch,
    _ body: (TextDigest, Int) -> Void
  ) {
    scratch.units.removeAll(keepingCapacity: true)
    units.split(text, into: &scratch.units)
    for (place, unit) in scratch.units.enumerated() where unit.counts {
      body(TextDigest(UnsafeRawBufferPointer(rebasing: text[unit.content])), place)
    }
  }
}
