import ReasoningTasks

/// `tokenizer.json` of Hugging Face `tokenizers` for one token per character.
///
/// It is a byte-pair model without a single merge, which leaves the characters; the beginning
/// token is put before every text, as the policy's prompts have it.
struct CharacterTokenizer: Encodable {
  static let pad = SpecialToken(id: Vocabulary.pad, content: "<pad>")
  static let beginning = SpecialToken(id: Vocabulary.beginning, content: "<s>")
  static let end = SpecialToken(id: Vocabulary.end, content: "</s>")

  struct SpecialToken: Encodable {
    let id: Int32
    let content: String
    let singleWord = false
    let lstrip = false
    let rstrip = false
    let normalized = false
    let special = true

    enum CodingKeys: String, CodingKey {
      case id
      case content
      case singleWord = "single_word"
      case lstrip
      case rstrip
      case normalized
      case special
    }
  }

  struct Model: Encodable {
    let type = "BPE"
    let fuseUnk = false
    let byteFallback = false
    let ignoreMerges = false
    let vocab: [String: Int32]
    let merges: [String] = []

    enum CodingKeys: String, CodingKey {
      case type
      case fuseUnk = "fuse_unk"
      case byteFallback = "byte_fallback"
      case ignoreMerges = "ignore_merges"
      case vocab
      case merges
    }
  }

  /// Joins the decoded characters without spaces.
  struct Decoder: Encodable {
    let type = "Fuse"
  }

  /// Puts the beginning token before the text.
  struct PostProcessor: Encodable {
    enum Piece: Encodable {
      case token(String, typeID: Int)
      case sequence(String, typeID: Int)

      private struct Content: Encodable {
        let id: String
        let typeID: Int

        enum CodingKeys: String, CodingKey {
          case id
          case typeID = "type_id"
        }
      }

      private enum CodingKeys: String, CodingKey {
        case token = "SpecialToken"
        case sequence = "Sequence"
      }

      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .token(let id, let typeID):
          try container.encode(Content(id: id, typeID: typeID), forKey: .token)
        case .sequence(let id, let typeID):
          try container.encode(Content(id: id, typeID: typeID), forKey: .sequence)
        }
      }
    }

    struct Token: Encodable {
      let id: String
      let ids: [Int32]
      let tokens: [String]
    }

    let type = "TemplateProcessing"
    let single: [Piece]
    let pair: [Piece]
    let specialTokens: [String: Token]

    enum CodingKeys: String, CodingKey {
      case type
      case single
      case pair
      case specialTokens = "special_tokens"
    }

    init(beginning: SpecialToken) {
      let text = beginning.content
      single = [.token(text, typeID: 0), .sequence("A", typeID: 0)]
      pair = single + [.token(text, typeID: 1), .sequence("B", typeID: 1)]
      specialTokens = [text: Token(id: text, ids: [beginning.id], tokens: [text])]
    }
  }

  let version = "1.0"
  let addedTokens = [pad, beginning, end]
  let model: Model
  let postProcessor = PostProcessor(beginning: beginning)
  let decoder = Decoder()

  enum CodingKeys: String, CodingKey {
    case version
    case truncation
    case padding
    case addedTokens = "added_tokens"
    case normalizer
    case preTokenizer = "pre_tokenizer"
    case postProcessor = "post_processor"
    case decoder
    case model
  }

  init(_ vocabulary: Vocabulary) {
    // The special tokens belong to the model's own vocabulary as well, as in published tokenizers.
    var vocab = [Self.pad, Self.beginning, Self.end].reduce(into: [:]) { vocab, token in
      vocab[token.content] = token.id
    }
    for character in vocabulary.characters.map({ String($0) }) {
      vocab[character] = vocabulary.encode(character)[0]
    }
    model = Model(vocab: vocab)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(version, forKey: .version)
    for absent in [CodingKeys.truncation, .padding, .normalizer, .preTokenizer] {
      try container.encodeNil(forKey: absent)
    }
    try container.encode(addedTokens, forKey: .addedTokens)
    try container.encode(postProcessor, forKey: .postProcessor)
    try container.encode(decoder, forKey: .decoder)
    try container.encode(model, forKey: .model)
  }
}

/// `tokenizer_config.json`.
struct TokenizerSettings: Encodable {
  let tokenizerClass = "PreTrainedTokenizerFast"
  let bosToken = CharacterTokenizer.beginning.content
  let eosToken = CharacterTokenizer.end.content
  let padToken = CharacterTokenizer.pad.content
  let cleanUpTokenizationSpaces = false
  let modelMaxLength: Int

  init(contextLength: Int) {
    modelMaxLength = contextLength
  }
}
