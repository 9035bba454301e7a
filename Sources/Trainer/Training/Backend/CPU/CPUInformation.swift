import CKernels

/// What a run should record about the processor that it ran on: equal values and equal inputs give equal bits.
public struct CPUInformation: Equatable, Sendable {
  /// The processor's own name; empty where it gives none.
  public let processor: String
  /// The instruction set of our kernels: "avx512", "avx2" or "portable".
  public let kernels: String
  /// The kernels that OpenBLAS took, such as "SkylakeX".
  public let blasCore: String
  /// The version of OpenBLAS.
  public let blasVersion: String

  /// Throws when OpenBLAS is missing.
  public init() throws(BackendError) {
    let blas = try OpenBLAS.load()
    processor = String(cString: ckernels_processor_name())
    kernels = String(cString: ckernels_best().pointee.name)
    blasCore = blas.coreName
    blasVersion = blas.version
  }

  /// The most floating-point operations a second that matrix products reached on all threads of `pool`, measured now.
  ///
  /// Every thread multiplies its own matrices of 512 × 512, on numbers that are not zero; the best of several rounds counts. Takes
  /// about a fifth of a second.
  public static func measuredPeak(on pool: ThreadPool) throws(BackendError) -> Double {
    let blas = try OpenBLAS.load(), size = 512, repeats = 8
    let memory = try FloatBlock(count: 3 * size * size * pool.threads)
    for index in 0..<memory.count { memory.pointer[index] = Float(index % 17) * 0.1 - 0.8 }
    let clock = ContinuousClock(), begin = clock.now
    var best = Duration.seconds(3600)
    while clock.now - begin < .milliseconds(200) {
      let time = clock.measure {
        pool.run(pool.threads) { part, _ in
          let a = memory.pointer + 3 * size * size * part
          let b = a + size * size
          for _ in 0..<repeats {
            blas.product(
              b + size * size, size, .init(a, size), .init(b, size), m: size, n: size, k: size)
          }
        }
      }
      best = min(best, time)
    }
    let operations = 2 * Double(size * size * size * repeats * pool.threads)
    return operations / (best / .seconds(1))
  }
}
