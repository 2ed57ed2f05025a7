internal import NumericKernels

/// Attention with its normalization and residual connection:
/// middle = input + O · heads(rotate(Q n), rotate(K n), V n), n = norm(input).
extension ChunkPass {
  func attend(_ layer: Int, _ activations: LayerActivations<Scalar>) {
    let weights = context.weights.layers[layer]
    let first = context.shape.firstFullRow(chunk, layer: layer)
    let full = chunk.rowCount - first
    let normalized = scratch.normalized.pointer
    kernels.normalize(
      chunk.rowCount, width, step, activations.input, weights.attentionNorm,
      context.configuration.normEpsilon, normalized)
    let projection = weights.queryKeyValue
    let queryPanels = step / kernels.lanes
    kernels.multiply(
      first, 2 * step, width, normalized, step,
      projection.forward + queryPanels * projection.forwardPanelStride,
      projection.forwardPanelStride,
      activations.queryKeyValue + step, 3 * step, 0)
    kernels.multiply(
      full, 3 * step, width, normalized + first * step, step, projection.forward,
      projection.forwardPanelStride, activations.queryKeyValue + first * 3 * step, 3 * step, 0)
    rotate(activations.queryKeyValue, first: first, direction: 1)
    var shape = context.configuration.attentionShape()
    let runs = runs(layer)
    kernels.attend(
      &shape, runs.count, runs, chunk.longestRun, activations.queryKeyValue,
      activations.attended, activations.probabilities, scratch.attention.pointer)
    activations.middle.copy(from: activations.input + first * step, count: full * step)
    kernels.multiply(
      full, step, width, activations.attended, step, weights.output.forward,
      weights.output.forwardPanelStride, activations.middle, step, 1)
  }

  /// Reverses `attend`, last line first.
  func attendBackward(
    _ layer: Int, _ activations: LayerActivations<Scalar>,
    gradient: UnsafeMutablePointer<Scalar>
  ) {
    let weights = context.weights.layers[layer]
    let offsets = context.offsets.layers[layer]
    let first = context.shape.firstFullRow(chunk, layer: layer)
    let full = chunk.rowCount - first
    let residual = scratch.residualGradient.pointer
    let attended = scratch.attendedGradient.pointer
    kernels.multiply_transposed(
      width, width, full, residual + first * step, step, activations.attended, step,
      gradient + offsets.output, width)
    kernels.multiply(
      full, step, width, residual + first * step, step, weights.output.backward,
      weights.output.backwardPanelStride, attended, step, 0)
    let projected = scratch.queryKeyValueGradient.pointer
    var shape = context.configuration.attentionShape()
    let runs = runs(layer)
    kernels.attend_backward(
      &shape, runs.count, runs, chunk.longestRun, activations.queryKeyValue, attended,
      activations.probabilities, projected, scratch.attention.pointer)
    rotate(projected, first: first, direction: -1)
    projectBackward(layer, activations, gradient: gradient)
  }

  /// Reverses n ↦ [Q n | K n | V n] and the normalization before it. Queries of the last
  /// layer's prefix rows were never computed, so their gradient has no query section.
  private func projectBackward(
    _ layer: Int, _ activations: LayerActivations<Scalar>,
    gradient: UnsafeMutablePointer<Scalar>
  ) {
    let weights = context.weights.layers[layer]
    let offsets = context.offsets.layers[layer]
    let first = context.shape.firstFullRow(chunk, layer: layer)
    let rows = chunk.rowCount
    let projected = scratch.queryKeyValueGradient.pointer
    let normalized = scratch.normalized.pointer
    let normalizedGradient = scratch.normalizedGradient.pointer
    kernels.normalize(
      rows, width, step, activations.input, weights.attentionNorm,
      context.configuration.normEpsilon, normalized)
    for section in 0..<3 {
      let start = section == 0 ? first : 0
      kernels.multiply_transposed(
        width, width, rows - start, projected + start * 3 * step + section * step, 3 * step,
        normalized + start * step, step, gradient + offsets.query + section * width * width,
        width)
    }
    let projection = weights.queryKeyValue
    kernels.multiply(
      first, step, 2 * step, projected + step, 3 * step,
      projection.backward + step * kernels.lanes, projection.backwardPanelStride,
      normalizedGradient,
      step, 0)
    kernels.multiply(
      rows - first, step, 3 * step, projected + first * 3 * step, 3 * step, projection.backward,
      projection.backwardPanelStride, normalizedGradient + first * step, step, 0)
    kernels.normalize_backward(
      rows, width, step, normalizedGradient, activations.input, weights.attentionNorm,
      context.configuration.normEpsilon, scratch.residualGradient.pointer,
      gradient + offsets.attentionNorm)
  }

  /// Turns queries and keys by their positions; only keys before row `first`.
  private func rotate(_ rows: UnsafeMutablePointer<Scalar>, first: Int, direction: Int32) {
    var shape = context.configuration.attentionShape()
    kernels.rotate(
      &shape, first, rows, positions, context.rotary.cosines.pointer,
      context.rotary.sines.pointer, direction, 1)
    kernels.rotate(
      &shape, chunk.rowCount - first, rows + first * 3 * step, positions + first,
      context.rotary.cosines.pointer, context.rotary.sines.pointer, direction, 0)
  }

  /// The chunk's runs as the kernels describe them: in the last layer prefixes have no queries.
  private func runs(_ layer: Int) -> [nk_attention_run] {
    let first = context.shape.firstFullRow(chunk, layer: layer)
    let skipped = first > 0 ? chunk.prefixProbabilities : 0
    return chunk.runs.map { run in
      nk_attention_run(
        first_row: run.firstRow, row_count: run.rowCount, context_rows: run.contextRows,
        first_output: run.firstRow - first, first_probability: run.firstProbability - skipped,
        has_queries: run.firstRow >= first ? 1 : 0)
    }
  }
}
