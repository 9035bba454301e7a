/// Why a backend cannot do what the model needs.
public enum BackendError: Error, Equatable, CustomStringConvertible {
  /// OpenBLAS could not be opened; `reason` is the loader's.
  case noOpenBLAS(reason: String)
  /// The system gives this process no more memory.
  case noMemory(bytes: Int)

  public var description: String {
    switch self {
    case .noOpenBLAS(let reason):
      "OpenBLAS cannot be loaded (\(reason)); install it with: apt-get install libopenblas0-pthread"
    case .noMemory(let bytes):
      "the system refused \(bytes) bytes of memory; take a smaller model or micro-batch, or raise the limit (ulimit -v)"
    }
  }
}
