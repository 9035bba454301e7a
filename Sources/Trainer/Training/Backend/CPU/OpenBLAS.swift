import CKernels
import COpenBLAS
import Synchronization

/// The matrix products of OpenBLAS, each on the thread that calls.
///
/// Loaded once for the process. On a processor with AVX-512 the library is told which kernels to take, by the variable
/// `OPENBLAS_CORETYPE`: a version older than the processor would otherwise run at half speed. What the variable was before
/// does not matter.
public struct OpenBLAS: @unchecked Sendable {
  private let library: OpaquePointer

  private static let loaded = Mutex<Result<OpenBLAS, BackendError>?>(nil)

  /// The library, loaded at the first call. Throws when it is not installed.
  public static func load() throws(BackendError) -> OpenBLAS {
    let result = loaded.withLock { known in
      let result = known ?? open()
      known = result
      return result
    }
    return try result.get()
  }

  private static func open() -> Result<OpenBLAS, BackendError> {
    var reason = [CChar](repeating: 0, count: 512)
    let coreType = ckernels_has_avx512() != 0 ? "SkylakeX" : nil
    guard let library = copenblas_open(coreType, &reason, UInt(reason.count)) else {
      let words = String(
        decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      return .failure(.noOpenBLAS(reason: words))
    }
    return .success(OpenBLAS(library: library))
  }

  /// The kernels that the library chose, such as "SkylakeX".
  public var coreName: String { String(cString: copenblas_core_name(library)) }

  /// Its version, such as "0.3.21".
  public var version: String {
    let words = String(cString: copenblas_configuration(library)).split(separator: " ")
    return words.count > 1 ? String(words[1]) : "unknown"
  }

  /// c[m, n] = alpha · op(a) · op(b) + beta · c, where op(a) is m × k and op(b) is k × n.
  ///
  /// A stored matrix is given with its stride from row to row, in floats. With beta 0 the old c is not read.
  @inline(__always)
  func product(
    _ c: Floats, _ cStride: Int, _ a: Matrix, _ b: Matrix, m: Int, n: Int, k: Int, alpha: Float = 1,
    beta: Float = 0
  ) {
    copenblas_sgemm(
      library, a.isTransposed ? 1 : 0, b.isTransposed ? 1 : 0, m, n, k, alpha, a.start, a.stride,
      b.start, b.stride, beta, c, cStride)
  }

  /// A matrix as it lies in memory, and whether its transpose is meant.
  struct Matrix {
    let start: UnsafePointer<Float>
    let stride: Int
    let isTransposed: Bool

    init(_ start: UnsafePointer<Float>, _ stride: Int, transposed: Bool = false) {
      self.start = start
      self.stride = stride
      isTransposed = transposed
    }
  }
}
