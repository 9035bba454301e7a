import RingProtocol

/// A checkpoint as a folder that `transformers` loads (with `trust_remote_code=True`, since it does not know the architecture).
public struct HuggingFaceExport {
  private let checkpoint: Checkpoint
  private let tokenizer: String
  private let words: SpecialWords

  /// Prepares the export of `checkpoint` with the `tokenizer.json` at `tokenizer`.
  public init(_ checkpoint: Checkpoint, tokenizer: String) throws(FileError) {
    self.checkpoint = checkpoint
    self.tokenizer = tokenizer
    words = SpecialWords(checkpoint.data, tokenizer: try JSONValue.read(tokenizer))
  }

  /// The names of the files that an export holds.
  public static let files = [
    "config.json", "model.safetensors", ModelingFile.name, "tokenizer.json",
    "tokenizer_config.json", "special_tokens_map.json",
  ]

  /// The files that an export is made of, for comparing it with another.
  public var inputs: [String] {
    [Checkpoint.weightsFile, Checkpoint.configurationFile].map { checkpoint.path + "/" + $0 }
      + [tokenizer]
  }

  /// Writes all files into `folder`, which exists; each appears whole or not at all.
  public func write(to folder: String) throws(FileError) {
    try Self.copy(
      checkpoint.path + "/" + Checkpoint.weightsFile, to: folder + "/" + Checkpoint.weightsFile)
    try AtomicFile.replace(folder + "/" + ModelingFile.name, with: ModelingFile.text)
    try Self.copy(tokenizer, to: folder + "/tokenizer.json")
    let length = checkpoint.configuration.maximumLength
    try AtomicFile.replace(
      folder + "/tokenizer_config.json", with: words.configuration(maximumLength: length).fileBytes)
    try AtomicFile.replace(folder + "/special_tokens_map.json", with: words.map.fileBytes)
    try AtomicFile.replace(folder + "/config.json", with: configuration.fileBytes)
  }

  /// `config.json` as `transformers` reads it.
  package var configuration: JSONValue {
    var json = checkpoint.configuration.json
    let module = ModelingFile.name.dropLast(3)
    json["architectures"] = ["CrammedBertForMaskedLM"]
    json["auto_map"] = [
      "AutoConfig": .string("\(module).CrammedBertConfig"),
      "AutoModel": .string("\(module).CrammedBertModel"),
      "AutoModelForMaskedLM": .string("\(module).CrammedBertForMaskedLM"),
    ]
    let specials = checkpoint.data.specials
    let ids = [
      ("cls_token_id", specials.cls), ("sep_token_id", specials.sep),
      ("mask_token_id", specials.mask),
    ]
    for (name, id) in ids { if let id { json[name] = .int(Int64(id)) } }
    json["tie_word_embeddings"] = true
    // Versions before 5 read the older name.
    json["dtype"] = "float32"
    json["torch_dtype"] = "float32"
    return json
  }

  private static func copy(_ source: String, to target: String) throws(FileError) {
    let input = try InputFile(source)
    var output = try AtomicFile(path: target)
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
    defer { piece.deallocate() }
    while true {
      let count = try input.read(into: piece)
      if count == 0 { break }
      try output.write(UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
    try output.commit()
  }
}
