import Foundation
import Training

extension ReferenceBackend {
  func attention(
    _ mixed: Floats, _ lse: Floats, _ qkv: ConstantFloats, scratch: Floats, tokens T: Int,
    heads: Int, headSize D: Int
  ) {
    for head in 0..<heads {
      for i in 0..<T {
        let s = (0..<T).map { score(qkv, head, heads, D, i, $0) }
        let largest = s.max() ?? 0
        let total = s.reduce(0) { $0 + exp($1 - largest) }
        lse[head * T + i] = Float(largest + log(total))
        for d in 0..<D {
          let sum = (0..<T).reduce(0.0) {
            $0 + exp(s[$1] - largest) / total * entry(qkv, 2, head, heads, D, $1, d)
          }
          mixed[i * heads * D + head * D + d] = Float(sum)
        }
      }
    }
  }

  func attentionGradient(
    _ dQKV: Floats, _ dMixed: ConstantFloats, _ qkv: ConstantFloats, mixed: ConstantFloats,
    lse: ConstantFloats, scratch: Floats, tokens T: Int, heads: Int, headSize D: Int
  ) {
    let C = heads * D, scale = 1 / Double(D).squareRoot()
    for index in 0..<T * 3 * C { dQKV[index] = 0 }
    for head in 0..<heads {
      let at = { (part: Int, token: Int, d: Int) in token * 3 * C + head * 3 * D + part * D + d }
      for i in 0..<T {
        let dO = (0..<D).map { Double(dMixed[i * C + head * D + $0]) }
        let delta = (0..<D).reduce(0.0) { $0 + dO[$1] * Double(mixed[i * C + head * D + $1]) }
        for j in 0..<T {
          let p = exp(score(qkv, head, heads, D, i, j) - Double(lse[head * T + i]))
          let dP = (0..<D).reduce(0.0) { $0 + dO[$1] * entry(qkv, 2, head, heads, D, j, $1) }
          let dS = p * (dP - delta) * scale
          for d in 0..<D {
            dQKV[at(0, i, d)] += Float(dS * entry(qkv, 1, head, heads, D, j, d))
            dQKV[at(1, j, d)] += Float(dS * entry(qkv, 0, head, heads, D, i, d))
            dQKV[at(2, j, d)] += Float(p * dO[d])
          }
        }
      }
    }
  }

  /// q, k or v (part 0, 1, 2) of a head and token.
  private func entry(
    _ qkv: ConstantFloats, _ part: Int, _ head: Int, _ heads: Int, _ D: Int, _ token: Int, _ d: Int
  ) -> Double {
    Double(qkv[token * 3 * heads * D + head * 3 * D + part * D + d])
  }

  private func score(
    _ qkv: ConstantFloats, _ head: Int, _ heads: Int, _ D: Int, _ i: Int, _ j: Int
  ) -> Double {
    let sum = (0..<D).reduce(0.0) {
      $0 + entry(qkv, 0, head, heads, D, i, $1) * entry(qkv, 1, head, heads, D, j, $1)
    }
    return sum / Double(D).squareRoot()
  }
}
