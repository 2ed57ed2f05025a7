internal import NumericKernels

/// The final normalization and the tied output matrix, for scored rows only:
/// logits = E · norm(output).
extension ChunkPass {
  private var vocabulary: Int { context.configuration.vocabularySize }
  private var logitsStep: Int { context.widths.vocabulary }

  /// Writes the logits of the chunk's scored rows to theirs among all, `[scored rows, V]`.
  func project(
    _ output: UnsafeMutablePointer<Scalar>, into logits: UnsafeMutablePointer<Scalar>
  ) {
    let normalized = scratch.normalized.pointer
    kernels.normalize(
      chunk.scoredRows, width, step, output, context.weights.finalNorm,
      context.configuration.normEpsilon, normalized)
    kernels.multiply(
      chunk.scoredRows, logitsStep, width, normalized, step, context.weights.head.forward,
      context.weights.head.forwardPanelStride, logits + chunk.firstScoredRow * logitsStep,
      logitsStep, 0)
  }

  /// From coefficients d loss / d log π of the response tokens, gathered at their owners, to the
  /// residual stream's gradient, which this writes (zero in prefix rows).
  func projectBackward(
    _ output: UnsafeMutablePointer<Scalar>, logits: UnsafeMutablePointer<Scalar>,
    responseTokens: UnsafePointer<Int32>, coefficients: UnsafePointer<Double>,
    temperature: Double, gradient: UnsafeMutablePointer<Scalar>
  ) {
    let rows = chunk.scoredRows
    let logitsGradient = scratch.logitsGradient.pointer
    for part in chunk.predictions {
      let row = part.firstRow - chunk.prefixRows
      kernels.logits_gradient(
        part.rowCount, vocabulary, logits + (chunk.firstScoredRow + row) * logitsStep, logitsStep,
        temperature, responseTokens + part.firstToken.index,
        coefficients + part.firstToken.index, logitsGradient + row * logitsStep,
        part.isFork ? 1 : 0, scratch.distribution.pointer)
    }
    let normalized = scratch.normalized.pointer
    let normalizedGradient = scratch.normalizedGradient.pointer
    kernels.normalize(
      rows, width, step, output, context.weights.finalNorm, context.configuration.normEpsilon,
      normalized)
    kernels.multiply_transposed(
      vocabulary, width, rows, logitsGradient, logitsStep, normalized, step,
      gradient + context.offsets.embedding, width)
    kernels.multiply(
      rows, step, vocabulary, logitsGradient, logitsStep, context.weights.head.backward,
      context.weights.head.backwardPanelStride, normalizedGradient, step, 0)
    let residual = scratch.residualGradient.pointer
    residual.clear(count: chunk.rowCount * step)
    kernels.normalize_backward(
      rows, width, step, normalizedGradient, output, context.weights.finalNorm,
      context.configuration.normEpsilon, residual + chunk.prefixRows * step,
      gradient + context.offsets.finalNorm)
  }
}
