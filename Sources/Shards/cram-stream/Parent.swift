import Glibc
import RingProtocol

/// The process that started this one.
enum Parent {
  /// Sets `flag` as SIGTERM would, once the parent has ended.
  ///
  /// A thread looks five times a second whether it still is the parent. (The kernel's own signal for this comes when
  /// the parent's *thread* ends that started us, which may be long before the process does.)
  static func cancelWithIt(_ flag: CancellationFlag) {
    let watch = Watch(parent: getppid(), flag: flag)
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { context in
        Unmanaged<Watch>.fromOpaque(context!).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(watch).toOpaque())
    pthread_detach(thread)
  }

  private final class Watch: Sendable {
    private let parent: pid_t
    private let flag: CancellationFlag

    init(parent: pid_t, flag: CancellationFlag) { (self.parent, self.flag) = (parent, flag) }

    func run() {
      while getppid() == parent { usleep(200_000) }
      flag.cancel(signal: SIGTERM)
    }
  }
}
