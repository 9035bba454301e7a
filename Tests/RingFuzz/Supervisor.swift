import Glibc
import RingProtocol
import TestSupport

/// Keeps a producer and a consumer alive over one ring, and kills, stops and continues them.
final class Supervisor {
  private let options: Options
  private let folder: String
  private let ledger: Ledger
  private var random: SeededNumbers
  private let observer: Observer
  private var sides = [Side(name: "producer"), Side(name: "consumer")]
  private var lastReceived: UInt64 = 0
  private var lastProgress = ContinuousClock.now

  /// One of the two places, and whoever fills it now.
  private struct Side {
    let name: String
    var pid: pid_t = 0
    var kills = 0
    var killsAttached = 0
    var stops = 0
    var spawned: UInt64 = 0
  }

  init(_ options: Options) throws {
    self.options = options
    folder = try Self.makeFolder()
    ledger = try Ledger(folder)
    random = SeededNumbers(options.seed)
    observer = Observer(folder)
  }

  func run() throws {
    defer { cleanUp() }
    while sides.contains(where: { $0.kills < options.kills }) {
      let wanted = sides.indices.filter { sides[$0].kills < options.kills }
      try disturb(random.isOneIn(8) ? [0, 1] : [wanted[random.next(below: wanted.count)]])
    }
    // Whoever was killed last: the stream still comes to its end.
    let passes = ledger[.passes]
    while ledger[.passes] < passes + 1 { try tend() }
    tell()
  }

  private func tell() {
    for side in sides {
      print(
        "\(side.name)s: \(side.kills) killed, \(side.killsAttached) of them at work, \(side.stops) stopped and continued"
      )
    }
    print(
      "batches: \(ledger[.received]) received, 0 lost, 0 torn; \(ledger[.passes]) times to the end, \(ledger[.wentBack]) times back to an older "
        + "checkpoint, \(ledger[.wentOn]) times on without one; looked at \(observer.looks) times")
  }

  /// Lets the sides of `victims` get to work, mostly, and then kills them, or stops them for a while.
  private func disturb(_ victims: [Int]) throws {
    let isPatient = !random.isOneIn(6)
    repeat { try tend() } while isPatient && !victims.allSatisfy(isAtWork)
    let until =
      ContinuousClock.now
      + .microseconds([0, 500, 6000][random.next(below: 3)] * Int(random.next(below: 100)) / 50)
    while ContinuousClock.now < until { try tend() }
    if random.isOneIn(10) { return try stopAndContinue(victims[0]) }
    for index in victims {
      let atWork = isAtWork(index)
      guard sides[index].pid != 0, kill(sides[index].pid, SIGKILL) == 0 else { continue }
      var status: Int32 = 0
      waitpid(sides[index].pid, &status, 0)
      sides[index].pid = 0
      guard status & 0x7F == SIGKILL else {
        try look(at: status, of: sides[index].name)
        continue
      }
      sides[index].kills += 1
      if atWork { sides[index].killsAttached += 1 }
    }
  }

  private func stopAndContinue(_ index: Int) throws {
    // Whoever has just ended has no process; 0 would stop this one's whole group.
    guard sides[index].pid != 0 else { return }
    sides[index].stops += 1
    kill(sides[index].pid, SIGSTOP)
    let until = ContinuousClock.now + .milliseconds(random.next(below: 30))
    while ContinuousClock.now < until { try observer.look() }
    kill(sides[index].pid, SIGCONT)
  }

  private func isAtWork(_ index: Int) -> Bool {
    sides[index].pid != 0
      && ledger[index == 0 ? .producerLives : .consumerLives] >= sides[index].spawned
  }

  /// Starts who is missing, hears who ended, looks at the ring, and notices when nothing moves any more.
  private func tend() throws {
    for index in sides.indices {
      if sides[index].pid == 0 { try spawn(index) }
      var status: Int32 = 0
      guard waitpid(sides[index].pid, &status, WNOHANG) == sides[index].pid else { continue }
      sides[index].pid = 0
      try look(at: status, of: sides[index].name)
    }
    try observer.look()
    usleep(200)
    let received = ledger[.received]
    if received != lastReceived { (lastReceived, lastProgress) = (received, .now) }
    if lastProgress.duration(to: .now) > .seconds(60) {
      throw Caught("nothing has moved for a minute")
    }
  }

  /// A side that ended by itself has reached the end of the data, or caught something.
  private func look(at status: Int32, of side: String) throws {
    if status != 0 {
      throw Caught(
        "\(side) ended with \(status & 0x7F == 0 ? "status \(status >> 8)" : "signal \(status & 0x7F)")"
      )
    }
  }

  private func spawn(_ index: Int) throws {
    let words =
      ["ring-fuzz", sides[index].name, folder, "\(random.next() >> 1)"]
      + (options.mutant.map { [$0.rawValue] } ?? [])
    let arguments = words.map { strdup($0) }
    defer { arguments.forEach { free($0) } }
    sides[index].spawned = ledger[index == 0 ? .producerLives : .consumerLives] + 1
    guard
      posix_spawn(&sides[index].pid, "/proc/self/exe", nil, nil, arguments + [nil], environ) == 0
    else {
      throw Caught("no process can be started")
    }
  }

  private func cleanUp() {
    for side in sides where side.pid != 0 {
      kill(side.pid, SIGKILL)
      waitpid(side.pid, nil, 0)
    }
    Self.remove(folder)
  }

  static func makeFolder() throws -> String {
    var template = Array("/tmp/cram-fuzz-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Caught("no folder in /tmp") }
    return template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  static func remove(_ folder: String) {
    for name in ["/ledger", "/cram-ring.\(Life.ring)"] { unlink(folder + name) }
    if rmdir(folder) != 0 { say("ring-fuzz: \(folder) is not empty\n") }
  }
}
