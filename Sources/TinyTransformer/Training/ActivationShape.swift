/// What a forward pass keeps of a chunk for the backward pass, and where.
///
/// The last layer computes nothing but keys and values for prefix rows, because no logits are
/// asked of them; its other activations hold scored rows only.
struct ActivationShape {
  let contextLength: Int
  let layerCount: Int
  let headCount: Int
  let widths: PaddedWidths

  init(_ configuration: TransformerConfiguration) {
    contextLength = configuration.contextLength
    layerCount = configuration.layerCount
    headCount = configuration.headCount
    widths = PaddedWidths(configuration)
  }

  /// First row for which layer `layer` computes more than keys and values.
  func firstFullRow(_ chunk: BatchLayout.Chunk, layer: Int) -> Int {
    layer == layerCount - 1 ? chunk.prefixRows : 0
  }

  private func probabilities(_ chunk: BatchLayout.Chunk, layer: Int) -> Int {
    let skipped = layer == layerCount - 1 ? chunk.prefixProbabilities : 0
    return headCount * (chunk.probabilities - skipped)
  }

  private func count(of chunk: BatchLayout.Chunk, layer: Int) -> Int {
    let full = chunk.rowCount - firstFullRow(chunk, layer: layer)
    return chunk.rowCount * 4 * widths.width + full * 2 * (widths.width + widths.hidden)
      + probabilities(chunk, layer: layer)
  }

  /// Elements that all layers of a chunk need, and the final rows.
  func count(of chunk: BatchLayout.Chunk) -> Int {
    (0..<layerCount).reduce(chunk.scoredRows * widths.width) {
      $0 + count(of: chunk, layer: $1)
    }
  }

  /// The activations of every layer of a chunk stored at `base`, and the final layer's output
  /// `[scoredRows, d]`.
  func activations<Scalar>(
    of chunk: BatchLayout.Chunk, at base: UnsafeMutablePointer<Scalar>
  ) -> (layers: [LayerActivations<Scalar>], output: UnsafeMutablePointer<Scalar>) {
    var free = base
    func take(_ count: Int) -> UnsafeMutablePointer<Scalar> {
      defer { free += count }
      return free
    }
    let layers = (0..<layerCount).map { layer in
      let full = chunk.rowCount - firstFullRow(chunk, layer: layer)
      return LayerActivations(
        input: take(chunk.rowCount * widths.width),
        queryKeyValue: take(chunk.rowCount * 3 * widths.width),
        attended: take(full * widths.width), middle: take(full * widths.width),
        gateUp: take(full * 2 * widths.hidden),
        probabilities: take(probabilities(chunk, layer: layer)))
    }
    return (layers, take(chunk.scoredRows * widths.width))
  }
}

/// One layer's activations of one chunk; M rows, M′ of them full (see `ActivationShape`).
struct LayerActivations<Scalar> {
  /// The residual stream before the layer, `[M, d]`.
  let input: UnsafeMutablePointer<Scalar>
  /// Rotated queries and keys, and values, `[M, 3d]`.
  let queryKeyValue: UnsafeMutablePointer<Scalar>
  /// The heads' outputs side by side, `[M′, d]`.
  let attended: UnsafeMutablePointer<Scalar>
  /// The residual stream between attention and feed-forward, `[M′, d]`.
  let middle: UnsafeMutablePointer<Scalar>
  /// Gate before its nonlinearity, and up, `[M′, 2F]`.
  let gateUp: UnsafeMutablePointer<Scalar>
  /// Attention probabilities, run after run `[heads, rows, keys]`.
  let probabilities: UnsafeMutablePointer<Scalar>
}
