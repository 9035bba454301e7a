import CramCommand

extension CommonOptions {
  /// Threads, and bytes for what grows with the input, that together with the blocks in work stay within `--memory`.
  ///
  /// With little memory fewer threads are used than were asked for. One thread always is, and tables always get a share: so
  /// a limit below some 200 MiB is not kept.
  public var resources: (threads: Int, memory: Int) {
    let limit = memoryBytes
    let least = limit / Self.leastShare
    var threads = threadCount
    while threads > 1, limit - Self.blockBytes(threads) < least { threads -= 1 }
    return (threads, max(least, limit - Self.blockBytes(threads)))
  }

  /// Tables get at least this part of the limit.
  private static let leastShare = 5

  /// What reading and writing takes: two blocks more than threads, each with its lines and texts; for each thread
  /// what it writes, plain and compressed; and what the process has without any.
  private static func blockBytes(_ threads: Int) -> Int {
    (threads + 2) * (34 << 20) + threads * (24 << 20) + (24 << 20)
  }
}
