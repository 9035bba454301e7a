/// Where each named tensor of a model lies in the one block that holds them all.
///
/// The order is that of the forward pass; names are those of the published checkpoints. Parameters, gradients and both moments of
/// the optimizer use the same layout.
public struct ParameterLayout: Equatable, Sendable {
  /// One named tensor.
  public struct Tensor: Equatable, Sendable {
    /// Published name, such as `encoder.layers.0.norm1.weight`.
    public let name: String
    /// Outermost dimension first; row-major.
    public let shape: [Int]
    /// Index of its first number in the block.
    public let offset: Int
    /// Whether weight decay applies: not to norms and biases.
    public let decays: Bool

    /// How many numbers it holds.
    public var count: Int { shape.reduce(1, *) }
    /// Its place in the block.
    public var range: Range<Int> { offset..<offset + count }
  }

  /// All tensors in the order of their offsets, without gaps.
  public private(set) var tensors: [Tensor] = []
  /// How many numbers the block holds.
  public private(set) var count = 0

  public init(_ configuration: ModelConfiguration) {
    let C = configuration.hiddenSize, F = configuration.intermediateSize
    append("encoder.embedding.word_embedding.weight", [configuration.vocabularySize, C])
    append("encoder.embedding.pos_embedding.scale_factor", [1])
    appendNorm("encoder.embedding.norm", C)
    for layer in 0..<configuration.layers {
      let prefix = "encoder.layers.\(layer)"
      appendNorm("\(prefix).norm1", C)
      append("\(prefix).attn.self_attention.query_key_value.weight", [3 * C, C])
      append("\(prefix).attn.dense.weight", [C, C])
      appendNorm("\(prefix).norm2", C)
      append("\(prefix).ffn.dense_in.weight", [F, C])
      append("\(prefix).ffn.dense_out.weight", [C, configuration.gatedSize])
    }
    appendNorm("encoder.final_norm", C)
  }

  /// The tensor called `name`, or nil.
  public subscript(name: String) -> Tensor? { tensors.first { $0.name == name } }

  private mutating func appendNorm(_ name: String, _ width: Int) {
    append("\(name).weight", [width])
    append("\(name).bias", [width])
  }

  /// The recipe's rule: what has `bias` or `norm` in its name does not decay; embeddings and the position scale do.
  private mutating func append(_ name: String, _ shape: [Int]) {
    let decays = !["bias", "norm", "LayerNorm"].contains { name.contains($0) }
    let tensor = Tensor(name: name, shape: shape, offset: count, decays: decays)
    tensors.append(tensor)
    count += tensor.count
  }
}
