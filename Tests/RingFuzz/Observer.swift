import RingProtocol

/// Looks at the ring from outside while both sides live and die: cursors only grow, and what is published does not change before it is released.
final class Observer {
  private let folder: String
  private var window: Window?
  private var identity: UInt64 = 0
  private var published: UInt64 = 0
  private var released: UInt64 = 0
  private var seen: [UInt64: [UInt8]] = [:]
  private(set) var looks = 0

  init(_ folder: String) { self.folder = folder }

  func look() throws {
    if looks % 16 == 0 { reopen() }
    looks += 1
    guard let window, window.isReady else { return }
    let released = window.released
    let published = window.published
    guard published >= self.published, released >= self.released,
      published >= released || released <= window.published
    else {
      throw Caught(
        "cursors went back: published \(self.published) to \(published), released \(self.released) to \(released)"
      )
    }
    (self.published, self.released) = (published, released)
    seen = seen.filter { $0.key >= released }
    for number in released..<max(released, published) { try look(at: number, window) }
  }

  private func look(at number: UInt64, _ window: Window) throws {
    let bytes = Array(
      UnsafeRawBufferPointer(start: window.descriptor(number), count: RingLayout.descriptorBytes))
    // Released meanwhile: its slot may already belong to another batch.
    guard window.released <= number else { return }
    if let before = seen[number], before != bytes {
      throw Caught("the descriptor of batch \(number) changed")
    }
    seen[number] = bytes
  }

  /// Another object may lie under the name by now.
  private func reopen() {
    guard let found = Window(folder) else { return }
    guard identity != found.identity else { return }
    identity = found.identity
    window = found
    (published, released, seen) = (0, 0, [:])
  }
}
