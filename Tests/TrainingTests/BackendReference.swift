import Foundation
import Training

/// The obvious version of every operation: plain loops, sums in double. The judge of all others.
struct ReferenceBackend: Backend {
  let name = "reference"
  let workers = 1
  /// Small, so that the tests' small batches have several parts.
  let rowsOfAPart = 16

  func forEach(_ parts: Int, _ body: (Int, Int) -> Void) {
    for part in 0..<parts { body(part, 0) }
  }

  func linear(
    _ y: Floats, _ x: ConstantFloats, _ weight: ConstantFloats, rows: Int, outputs: Int,
    inputs: Int,
    accumulate: Bool
  ) {
    for row in 0..<rows {
      for output in 0..<outputs {
        let sum = (0..<inputs).reduce(0.0) {
          $0 + Double(x[row * inputs + $1]) * Double(weight[output * inputs + $1])
        }
        y[row * outputs + output] = Float(
          sum + (accumulate ? Double(y[row * outputs + output]) : 0))
      }
    }
  }

  func linearInputGradient(
    _ dX: Floats, _ dY: ConstantFloats, _ weight: ConstantFloats, rows: Int, outputs: Int,
    inputs: Int, accumulate: Bool
  ) {
    for row in 0..<rows {
      for input in 0..<inputs {
        let sum = (0..<outputs).reduce(0.0) {
          $0 + Double(dY[row * outputs + $1]) * Double(weight[$1 * inputs + input])
        }
        dX[row * inputs + input] = Float(sum + (accumulate ? Double(dX[row * inputs + input]) : 0))
      }
    }
  }

  func linearWeightGradient(
    _ dWeight: Floats, _ dY: ConstantFloats, stride: Int, _ x: ConstantFloats, rows: Int,
    outputs: Int, inputs: Int
  ) {
    for output in 0..<outputs {
      for input in 0..<inputs {
        let sum = (0..<rows).reduce(0.0) {
          $0 + Double(dY[$1 * stride + output]) * Double(x[$1 * inputs + input])
        }
        dWeight[output * inputs + input] += Float(sum)
      }
    }
  }

  func layerNorm(
    _ y: Floats, _ mean: Floats, _ rstd: Floats, _ x: ConstantFloats, weight: ConstantFloats,
    bias: ConstantFloats, epsilon: Float, rows: Int, width: Int
  ) {
    for row in 0..<rows {
      let values = (0..<width).map { Double(x[row * width + $0]) }
      let m = values.reduce(0, +) / Double(width)
      let variance = values.reduce(0) { $0 + ($1 - m) * ($1 - m) } / Double(width)
      let r = 1 / (variance + Double(epsilon)).squareRoot()
      mean[row] = Float(m)
      rstd[row] = Float(r)
      for i in 0..<width {
        y[row * width + i] = Float((values[i] - m) * r * Double(weight[i]) + Double(bias[i]))
      }
    }
  }

  func layerNormGradient(
    _ dX: Floats, _ dWeight: Floats, _ dBias: Floats, _ y: Floats?, residual: ConstantFloats?,
    _ dY: ConstantFloats, _ x: ConstantFloats, mean: ConstantFloats, rstd: ConstantFloats,
    weight: ConstantFloats, bias: ConstantFloats, rows: Int, width: Int
  ) {
    for row in 0..<rows {
      let at = row * width, r = Double(rstd[row])
      let normal = (0..<width).map { (Double(x[at + $0]) - Double(mean[row])) * r }
      let g = (0..<width).map { Double(dY[at + $0]) * Double(weight[$0]) }
      let c1 = g.reduce(0, +) / Double(width)
      let c2 = zip(g, normal).reduce(0) { $0 + $1.0 * $1.1 } / Double(width)
      for i in 0..<width {
        dWeight[i] += Float(Double(dY[at + i]) * normal[i])
        dBias[i] += dY[at + i]
        y?[at + i] = Float(normal[i] * Double(weight[i]) + Double(bias[i]))
        dX[at + i] = Float(Double(residual?[at + i] ?? 0) + r * (g[i] - c1 - normal[i] * c2))
      }
    }
  }

  func gatedGELU(_ a: Floats, _ x: ConstantFloats, rows: Int, width: Int) {
    for row in 0..<rows {
      for i in 0..<width {
        let value = Double(x[row * 2 * width + i]), gate = Double(x[row * 2 * width + width + i])
        a[row * width + i] = Float(value * gate * share(gate))
      }
    }
  }

  func gatedGELUGradient(
    _ dX: Floats, _ a: Floats, _ dA: ConstantFloats, _ x: ConstantFloats, rows: Int, width: Int
  ) {
    gatedGELU(a, x, rows: rows, width: width)
    for row in 0..<rows {
      for i in 0..<width {
        let at = row * 2 * width + i, value = Double(x[at]), gate = Double(x[at + width])
        let d = Double(dA[row * width + i])
        let density = exp(-gate * gate / 2) / (2 * Double.pi).squareRoot()
        dX[at] = Float(d * gate * share(gate))
        dX[at + width] = Float(d * value * (share(gate) + gate * density))
      }
    }
  }

  /// Φ.
  private func share(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

  func exponentiate(_ x: Floats, _ maximum: Floats, _ sum: Floats, rows: Int, columns: Int) {
    for row in 0..<rows {
      let z = x + row * columns
      maximum[row] = (0..<columns).map { z[$0] }.max() ?? -.infinity
      var total = 0.0
      for column in 0..<columns {
        let e = exp(Double(z[column]) - Double(maximum[row]))
        total += e
        z[column] = Float(e)
      }
      sum[row] = Float(total)
    }
  }

  func scaleRows(_ x: Floats, _ scale: ConstantFloats, rows: Int, columns: Int) {
    for row in 0..<rows {
      for column in 0..<columns { x[row * columns + column] *= scale[row] }
    }
  }

  func add(_ y: Floats, _ x: ConstantFloats, count: Int) {
    for i in 0..<count { y[i] += x[i] }
  }

  func addScaled(
    _ y: Floats, _ x: ConstantFloats, _ z: ConstantFloats, scale: Float, count: Int
  ) {
    for i in 0..<count { y[i] = x[i] + scale * z[i] }
  }

  func dot(_ a: ConstantFloats, _ b: ConstantFloats, count: Int) -> Double {
    (0..<count).reduce(0.0) { $0 + Double(a[$1]) * Double(b[$1]) }
  }

  func adamW(
    _ values: Floats, _ moments1: Floats, _ moments2: Floats, _ gradients: ConstantFloats,
    _ scalars: AdamWScalars, count: Int
  ) {
    let beta1 = scalars.beta1, beta2 = scalars.beta2
    for i in 0..<count {
      let g = Double(gradients[i]) * Double(scalars.gradientScale)
      let m = beta1 * Double(moments1[i]) + (1 - beta1) * g
      let v = beta2 * Double(moments2[i]) + (1 - beta2) * g * g
      let root = v.squareRoot() * Double(scalars.inverseRootCorrection2) + Double(scalars.epsilon)
      values[i] = Float(
        Double(values[i]) * Double(scalars.decay) - Double(scalars.stepSize) * m / root)
      moments1[i] = Float(m)
      moments2[i] = Float(v)
    }
  }
}
