import Foundation
import LocalFiles
import ReasoningTasks
import Testing
import TinyTransformer

@testable import RunRecording

@Suite struct LlamaExportTests {
  private let configuration = TransformerConfiguration(
    vocabularySize: 32, width: 8, layerCount: 2, headCount: 2, hiddenWidth: 12, contextLength: 40,
    normEpsilon: 1e-5, ropeBase: 10_000)
  private let folder: TemporaryFolder
  private let export: LlamaExport

  init() throws {
    folder = try TemporaryFolder()
    let count = ParameterTable(configuration: configuration).totalCount
    export = LlamaExport(
      configuration: configuration, parameters: (0..<count).map { Float($0) / 1024 })
    try export.write(to: folder.file("out"))
  }

  private func json(_ name: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder.file("out/" + name)))
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// The names and shapes that `LlamaForCausalLM` looks for, from its published layout.
  @Test func tensorsHaveThePublishedNamesAndShapes() throws {
    var expected = [
      "model.embed_tokens.weight": [32, 8], "model.norm.weight": [8],
    ]
    for layer in 0..<2 {
      let prefix = "model.layers.\(layer)."
      expected[prefix + "input_layernorm.weight"] = [8]
      expected[prefix + "post_attention_layernorm.weight"] = [8]
      for name in ["q", "k", "v", "o"] {
        expected[prefix + "self_attn.\(name)_proj.weight"] = [8, 8]
      }
      expected[prefix + "mlp.gate_proj.weight"] = [12, 8]
      expected[prefix + "mlp.up_proj.weight"] = [12, 8]
      expected[prefix + "mlp.down_proj.weight"] = [8, 12]
    }
    let path = folder.file("out/model.safetensors")
    let archive = try SafetensorsArchive(decoding: FileSystem.contents(of: path), path: path)
    #expect(archive.metadata == ["format": "pt"])
    let found = Dictionary(uniqueKeysWithValues: archive.tensors.map { ($0.name, $0.shape) })
    #expect(found == expected)
    #expect(archive.tensors.allSatisfy { $0.type == .float32 })
    let values = archive.tensors.flatMap { $0.elements(of: Float.self) ?? [] }
    #expect(values.sorted() == export.parameters, "every parameter occurs once")
    for entry in ParameterTable(configuration: configuration).entries {
      let first = archive[entry.name]?.elements(of: Float.self)?.first
      #expect(first == export.parameters[entry.offset])
    }
  }

  @Test func configurationDescribesTheModel() throws {
    let config = try json("config.json")
    #expect(config["architectures"] as? [String] == ["LlamaForCausalLM"])
    #expect(config["model_type"] as? String == "llama")
    let numbers: [String: Double] = [
      "vocab_size": 32, "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 2,
      "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 4,
      "max_position_embeddings": 40, "rms_norm_eps": 1e-5, "rope_theta": 10_000,
      "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
    ]
    for (name, value) in numbers {
      #expect((config[name] as? NSNumber)?.doubleValue == value, "\(name)")
    }
    #expect(config["hidden_act"] as? String == "silu")
    #expect(config["tie_word_embeddings"] as? Bool == true)
    #expect(config["attention_bias"] as? Bool == false)
    #expect(config["mlp_bias"] as? Bool == false)
    #expect(config["torch_dtype"] as? String == "float32")
    let generation = try json("generation_config.json")
    #expect(generation["eos_token_id"] as? Int == 2)
    #expect(generation["top_k"] as? Int == 0)
  }

  @Test func tokenizerMapsEveryCharacterToItsToken() throws {
    let tokenizer = try json("tokenizer.json")
    let model = try #require(tokenizer["model"] as? [String: Any])
    let vocab = try #require(model["vocab"] as? [String: Int])
    #expect(Set(vocab.values) == Set(0..<32) && vocab.count == 32)
    for character in Vocabulary.arithmetic.characters.map({ String($0) }) {
      #expect(vocab[character] == Int(Vocabulary.arithmetic.encode(character)[0]))
    }
    #expect((model["merges"] as? [Any])?.isEmpty == true)
    let special = try #require(tokenizer["added_tokens"] as? [[String: Any]])
    #expect(special.map { $0["id"] as? Int } == [0, 1, 2])
    #expect(special.allSatisfy { $0["special"] as? Bool == true })
    for name in ["truncation", "padding", "normalizer", "pre_tokenizer"] {
      #expect(tokenizer[name] is NSNull, "\(name)")
    }
    let settings = try json("tokenizer_config.json")
    #expect(settings["tokenizer_class"] as? String == "PreTrainedTokenizerFast")
    #expect(settings["bos_token"] as? String == "<s>" && settings["eos_token"] as? String == "</s>")
  }

  @Test func aFolderWithSomethingInItIsRefused() throws {
    let path = folder.file("out")
    #expect(throws: RecordingError.notEmpty(path: path)) { try export.write(to: path) }
    try FileSystem.makeFolder(folder.file("empty"))
    try export.write(to: folder.file("empty"))
  }
}
