/// Where each parameter lives in the one flat array that holds them all.
///
/// The order and the names are those of a Llama checkpoint; matrices are `[output, input]`,
/// row-major. Query, key and value matrices of a layer follow each other, and so do gate and up:
/// either group can be read as one fused matrix.
public struct ParameterTable: Sendable, Hashable {
  public struct Entry: Sendable, Hashable {
    public let name: String
    /// `[outputs, inputs]`, or `[width]` for a normalization weight.
    public let shape: [Int]
    public let offset: Int

    public var count: Int { shape.reduce(1, *) }
  }

  public let entries: [Entry]
  public let totalCount: Int

  let embedding: Int
  let layers: [LayerOffsets]
  let finalNorm: Int

  /// Offsets of one layer's parameters; keys follow queries, values follow keys, up follows gate.
  struct LayerOffsets: Hashable {
    let attentionNorm: Int
    let query: Int
    let output: Int
    let feedForwardNorm: Int
    let gate: Int
    let down: Int
  }

  public init(configuration: TransformerConfiguration) {
    let d = configuration.width
    let f = configuration.hiddenWidth
    var entries: [Entry] = []
    var end = 0
    func add(_ name: String, _ shape: Int...) -> Int {
      let entry = Entry(name: name, shape: shape, offset: end)
      entries.append(entry)
      end += entry.count
      return entry.offset
    }
    embedding = add("model.embed_tokens.weight", configuration.vocabularySize, d)
    layers = (0..<configuration.layerCount).map { layer in
      let prefix = "model.layers.\(layer)."
      let attentionNorm = add(prefix + "input_layernorm.weight", d)
      let query = add(prefix + "self_attn.q_proj.weight", d, d)
      _ = add(prefix + "self_attn.k_proj.weight", d, d)
      _ = add(prefix + "self_attn.v_proj.weight", d, d)
      let output = add(prefix + "self_attn.o_proj.weight", d, d)
      let feedForwardNorm = add(prefix + "post_attention_layernorm.weight", d)
      let gate = add(prefix + "mlp.gate_proj.weight", f, d)
      _ = add(prefix + "mlp.up_proj.weight", f, d)
      let down = add(prefix + "mlp.down_proj.weight", d, f)
      return LayerOffsets(
        attentionNorm: attentionNorm, query: query, output: output,
        feedForwardNorm: feedForwardNorm, gate: gate, down: down)
    }
    finalNorm = add("model.norm.weight", d)
    self.entries = entries
    totalCount = end
  }
}
