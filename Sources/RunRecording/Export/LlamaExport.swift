public import LocalFiles
public import ReasoningTasks
public import TinyTransformer

#if canImport(Glibc)
  import Glibc
#endif

/// A policy as a folder that Hugging Face `transformers` loads as `LlamaForCausalLM`, with a
/// tokenizer for the vocabulary.
///
/// The policy is a Llama in every respect (rotary positions by halves, SwiGLU, RMSNorm, no biases,
/// tied embedding), so that the parameters need no conversion: the names and `[output, input]`
/// matrices are those of `ParameterTable`. `lm_head.weight` is absent, as is usual for a tied
/// embedding.
public struct LlamaExport: Sendable {
  public let configuration: TransformerConfiguration
  /// All parameters, in the order of `ParameterTable`.
  public let parameters: [Float]
  private let vocabulary: Vocabulary

  /// - Precondition: there are as many parameters and tokens as the configuration asks for.
  public init(
    configuration: TransformerConfiguration, parameters: [Float],
    vocabulary: Vocabulary = .arithmetic
  ) {
    precondition(
      vocabulary.size == configuration.vocabularySize,
      "\(vocabulary.size) tokens for a model of \(configuration.vocabularySize)")
    let count = ParameterTable(configuration: configuration).totalCount
    precondition(
      parameters.count == count, "\(parameters.count) parameters for a model of \(count)")
    self.configuration = configuration
    self.parameters = parameters
    self.vocabulary = vocabulary
  }

  /// The parameters as named tensors. `transformers` insists on the `format`.
  public var archive: SafetensorsArchive {
    let table = ParameterTable(configuration: configuration)
    return SafetensorsArchive(
      metadata: ["format": "pt"],
      tensors: table.entries.map { entry in
        SafetensorsArchive.Tensor(
          entry.name, shape: entry.shape,
          Array(parameters[entry.offset..<entry.offset + entry.count]))
      })
  }

  /// Writes the folder, which must be new or empty.
  ///
  /// - Throws: `RecordingError.notEmpty` for a folder with something in it.
  public func write(to folder: String) throws(RecordingError) {
    try FileSystem.makeFolder(folder)
    guard try FileSystem.names(in: folder).isEmpty else { throw .notEmpty(path: folder) }
    let files: [(String, [UInt8])] = [
      ("config.json", JSONText.encode(LlamaConfiguration(configuration), pretty: true)),
      ("generation_config.json", JSONText.encode(LlamaGeneration(), pretty: true)),
      (
        "tokenizer.json",
        JSONText.encode(CharacterTokenizer(vocabulary), keys: .exact, pretty: true)
      ),
      (
        "tokenizer_config.json",
        JSONText.encode(
          TokenizerSettings(contextLength: configuration.contextLength), pretty: true)
      ),
      ("model.safetensors", archive.encoded()),
    ]
    for (name, bytes) in files { try FileSystem.replace(folder + "/" + name, with: bytes) }
  }
}

/// `config.json`; property names in snake_case are the names in the file.
private struct LlamaConfiguration: Encodable {
  let architectures = ["LlamaForCausalLM"]
  let modelType = "llama"
  let vocabSize: Int
  let hiddenSize: Int
  let intermediateSize: Int
  let numHiddenLayers: Int
  let numAttentionHeads: Int
  let numKeyValueHeads: Int
  let headDim: Int
  let hiddenAct = "silu"
  let maxPositionEmbeddings: Int
  let rmsNormEps: Double
  let ropeTheta: Double
  let tieWordEmbeddings = true
  let attentionBias = false
  let mlpBias = false
  let attentionDropout = 0.0
  let initializerRange = 0.02
  let useCache = true
  let bosTokenId = Vocabulary.beginning
  let eosTokenId = Vocabulary.end
  let padTokenId = Vocabulary.pad
  let torchDtype = "float32"

  init(_ configuration: TransformerConfiguration) {
    vocabSize = configuration.vocabularySize
    hiddenSize = configuration.width
    intermediateSize = configuration.hiddenWidth
    numHiddenLayers = configuration.layerCount
    numAttentionHeads = configuration.headCount
    numKeyValueHeads = configuration.headCount
    headDim = configuration.headWidth
    maxPositionEmbeddings = configuration.contextLength
    rmsNormEps = configuration.normEpsilon
    ropeTheta = configuration.ropeBase
  }
}

/// `generation_config.json`: sampling as training does it.
private struct LlamaGeneration: Encodable {
  let bosTokenId = Vocabulary.beginning
  let eosTokenId = Vocabulary.end
  let padTokenId = Vocabulary.pad
  let doSample = true
  let temperature = 1.0
  let topK = 0
  let topP = 1.0
}
