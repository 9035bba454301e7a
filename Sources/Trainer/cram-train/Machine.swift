import CramCommand
import RingProtocol
import Training

/// What a run records of the machine: equal values and equal data give equal bits.
enum Machine {
  static func facts() throws -> JSONValue {
    let processor = try CPUInformation()
    return [
      "backend": "cpu", "processor": .string(processor.processor),
      "kernels": .string(processor.kernels), "blas_core": .string(processor.blasCore),
      "blas_version": .string(processor.blasVersion),
    ]
  }
}
