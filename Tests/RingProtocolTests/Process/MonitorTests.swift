import RingProtocol
import Testing

@Suite struct MonitorTests {
  /// A taker whose patience is shorter than the maker's pause takes at its last look, too: the maker has to hear of the room.
  @Test(arguments: [0, 1, 100]) func `makers and takers hear of each other whatever their patience`(
    milliseconds: Int
  ) throws {
    let monitor = Monitor([Int]())
    let count = 2000
    let maker = WorkerThread {
      for number in 0..<count {
        _ = monitor.wait { state -> Bool? in
          guard state.isEmpty else { return nil }
          state.append(number)
          return true
        }
      }
    }
    for number in 0..<count {
      let taken = try monitor.wait(
        pausingEvery: milliseconds, onPause: {},
        until: { state -> Int? in state.isEmpty ? nil : state.removeFirst() })
      #expect(taken == number)
    }
    maker.join()
  }
}
