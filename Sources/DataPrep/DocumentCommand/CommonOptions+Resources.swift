import CramCommand

extension CommonOptions {
  /// Threads, and bytes for what grows with the input, that together with the blocks in work stay within `--memory`.
  ///
  /// With little memory fewer threads are used than were asked for. One thread always is, and tables always get a share: so
  /// a limit below some 350 MiB is not quite kept.
  public var resources: (threads: Int, memory: Int) {
    let limit = memoryBytes
    let least = limit / Self.leastShare
    var threads = threadCount
    while threads > 1, limit - Self.blockBytes(threads) < least { threads -= 1 }
    return (threads, max(least, limit - Self.blockBytes(threads)))
  }

  /// Tables get at least this part of the limit.
  private static let leastShare = 5

  /// What reading and writing takes, as measured: two blocks more than threads, each with its lines and texts, what
  /// each thread writes, plain and compressed, and what the process has without any.
  private static func blockBytes(_ threads: Int) -> Int {
    threads * (46 << 20) + (230 << 20)
  }
}
