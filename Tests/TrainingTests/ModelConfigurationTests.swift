import RingProtocol
import Testing
import Training

struct ModelConfigurationTests {
  @Test func `crammed-bert has the published number of parameters`() throws {
    let configuration = try #require(
      ModelConfiguration.preset("crammed-bert", vocabularySize: 32_768))
    #expect(configuration.parameterCount == 119_589_889)
  }

  @Test(
    arguments: [
      ("crammed-bert", 32_768, 622.854e6), ("crammed-bert-small", 32_768, 29.884e6),
      ("crammed-bert-tiny", 32_768, 8.651e6),
    ])
  func `operations for a token are those of the recipe`(
    _ name: String, _ vocabularySize: Int, _ expected: Double
  ) throws {
    let configuration = try #require(
      ModelConfiguration.preset(name, vocabularySize: vocabularySize))
    let flops = configuration.flopsPerToken(sequenceLength: 128, maskedPerSequence: 32)
    #expect(abs(flops / expected - 1) < 1e-4, "\(flops)")
  }

  @Test func `an unknown preset is nil`() {
    #expect(ModelConfiguration.preset("crammed-bart", vocabularySize: 100) == nil)
  }

  @Test(arguments: ModelConfiguration.presetNames)
  func `a preset is valid and comes back from JSON`(_ name: String) throws {
    let configuration = try #require(ModelConfiguration.preset(name, vocabularySize: 16_384))
    try configuration.validate()
    let text = configuration.json.serialized()
    let fields = try JSONValue.parse(Array(text.utf8))
    #expect(try ModelConfiguration(fields) == configuration)
    #expect(fields["model_type"]?.string == "crammed_bert")
    #expect(fields["vocab_size"]?.int == 16_384)
  }

  @Test func `impossible shapes are refused by the field's name`() throws {
    let good = try #require(ModelConfiguration.preset("crammed-bert-tiny", vocabularySize: 99))
    func refused(_ field: String, _ change: (inout ModelConfiguration) -> Void) {
      var configuration = good
      change(&configuration)
      #expect { try configuration.validate() } throws: { "\($0)".contains("model's \(field) is") }
    }
    refused("vocab_size") { $0.vocabularySize = 0 }
    refused("hidden_size") { $0.hiddenSize = 127 }
    refused("num_hidden_layers") { $0.layers = 0 }
    refused("num_attention_heads") { $0.heads = -1 }
    refused("intermediate_size") { $0.intermediateSize = 511 }
    refused("max_position_embeddings") { $0.maximumLength = 0 }
    refused("pad_token_id") { $0.padID = 99 }
    refused("layer_norm_eps") { $0.layerNormEpsilon = .nan }
    refused("initializer_range") { $0.initializerRange = 0 }
  }

  @Test func `another architecture is refused`() {
    #expect(throws: ModelError.otherArchitecture(found: "bert")) {
      try ModelConfiguration(["model_type": .string("bert"), "vocab_size": .int(10)])
    }
  }

  @Test func `tensors have the published names and lie end to end`() throws {
    let configuration = try #require(ModelConfiguration.preset("crammed-bert", vocabularySize: 50))
    let layout = ParameterLayout(configuration)
    #expect(layout.tensors.count == 4 + 16 * 8 + 2)
    var next = 0
    for tensor in layout.tensors {
      #expect(tensor.offset == next)
      next += tensor.count
    }
    #expect(next == layout.count)
    let shapes = [
      "encoder.embedding.word_embedding.weight": [50, 768],
      "encoder.embedding.pos_embedding.scale_factor": [1], "encoder.embedding.norm.bias": [768],
      "encoder.layers.15.attn.self_attention.query_key_value.weight": [2304, 768],
      "encoder.layers.0.attn.dense.weight": [768, 768],
      "encoder.layers.7.ffn.dense_in.weight": [3072, 768],
      "encoder.layers.7.ffn.dense_out.weight": [768, 1536],
      "encoder.layers.3.norm2.weight": [768], "encoder.final_norm.weight": [768],
    ]
    for (name, shape) in shapes { #expect(layout[name]?.shape == shape) }
    let plain = layout.tensors.filter { !$0.decays }.map(\.name)
    #expect(plain.count == 2 + 16 * 4 + 2)
    #expect(plain.allSatisfy { $0.contains("norm") })
  }
}
