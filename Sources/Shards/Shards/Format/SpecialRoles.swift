import RingProtocol

/// The ids of the pieces that mean something to a trainer; nil where the vocabulary has none.
public struct SpecialRoles: Sendable, Equatable {
  public var pad: UInt32?
  public var unk: UInt32?
  public var cls: UInt32?
  public var sep: UInt32?
  public var mask: UInt32?

  public init(
    pad: UInt32? = nil, unk: UInt32? = nil, cls: UInt32? = nil, sep: UInt32? = nil,
    mask: UInt32? = nil
  ) {
    (self.pad, self.unk, self.cls, self.sep, self.mask) = (pad, unk, cls, sep, mask)
  }

  /// The roles by name, in the order of the header.
  var named: [(name: String, id: UInt32?)] {
    [("pad", pad), ("unk", unk), ("cls", cls), ("sep", sep), ("mask", mask)]
  }

  /// `{"pad": 0, …}`; roles that nobody has are left out.
  var json: JSONValue {
    .object(named.compactMap { role in role.id.map { .init(role.name, .int(Int64($0))) } })
  }

  init?(json: JSONValue) {
    guard let members = json.members else { return nil }
    self.init()
    for member in members {
      guard let id = member.value.int.flatMap({ UInt32(exactly: $0) }) else { return nil }
      set(member.key, id)
    }
  }

  private mutating func set(_ name: String, _ id: UInt32) {
    switch name {
    case "pad": pad = id
    case "unk": unk = id
    case "cls": cls = id
    case "sep": sep = id
    case "mask": mask = id
    default: break  // A later release may know more roles.
    }
  }
}
