import RingProtocol
import TestSupport
import Testing
import Training

struct ExportTests {
  @Test func `an export is what transformers needs`() throws {
    try withTemporaryFolder { folder in
      var fixture = RunFixture(folder + "/run")
      fixture.budget = .steps(2)
      try fixture.run()
      let target = folder + "/export"
      try Folder.create(target)
      let checkpoint = try Checkpoint(fixture.folder)
      try HuggingFaceExport(checkpoint, tokenizer: try checkpoint.tokenizerPath(given: nil))
        .write(to: target)
      #expect(try Folder.entries(of: target) == HuggingFaceExport.files.sorted())
      #expect(
        try InputFile.bytes(of: target + "/model.safetensors")
          == InputFile.bytes(of: fixture.latest + "/model.safetensors"))
      let names = try SafetensorsReader(target + "/model.safetensors").names
      #expect(names.contains("encoder.embedding.word_embedding.weight"))
      #expect(names.contains("encoder.layers.1.attn.self_attention.query_key_value.weight"))
      let config = try JSONValue.read(target + "/config.json")
      #expect(config["model_type"] == "crammed_bert")
      #expect(config["architectures"] == ["CrammedBertForMaskedLM"])
      #expect(
        config["auto_map"]?["AutoModelForMaskedLM"]
          == "modeling_crammed_bert.CrammedBertForMaskedLM")
      #expect(config["mask_token_id"] == 4)
      #expect(config["data"] == nil)
      let tokenizer = try JSONValue.read(target + "/tokenizer_config.json")
      #expect(tokenizer["mask_token"] == "<mask>")
      #expect(tokenizer["model_max_length"] == 16)
      #expect(tokenizer["model_input_names"] == ["input_ids", "attention_mask"])
    }
  }

  @Test func `a checkpoint without a tokenizer asks for one`() throws {
    try withTemporaryFolder { folder in
      var fixture = RunFixture(folder + "/run")
      fixture.budget = .steps(1)
      try fixture.run()
      let sums = fixture.latest + "/checksums.json"
      var json = try JSONValue.read(sums)
      json["files"]?["tokenizer.json"] = nil
      try AtomicFile.replace(sums, with: json.serialized())
      let checkpoint = try Checkpoint(fixture.folder)
      #expect {
        _ = try checkpoint.tokenizerPath(given: nil)
      } throws: { "\($0)".contains("--tokenizer") }
      #expect(try checkpoint.tokenizerPath(given: "other") == "other")
    }
  }
}
