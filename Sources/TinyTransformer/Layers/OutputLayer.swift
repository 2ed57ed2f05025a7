internal import NumericKernels

/// The final normalization and the tied output matrix, for scored rows only:
/// logits = E · norm(output).
extension ChunkPass {
  private var vocabulary: Int { context.configuration.vocabularySize }
  private var logitsStep: Int { context.widths.vocabulary }

  /// Writes logits at `logits + token · step`, `token` being the flat index of a response token.
  func project(
    _ output: UnsafeMutablePointer<Scalar>, into logits: UnsafeMutablePointer<Scalar>
  ) {
    let normalized = scratch.normalized.pointer
    kernels.normalize(
      chunk.scoredRows, width, step, output, context.weights.finalNorm,
      context.configuration.normEpsilon, normalized)
    for run in chunk.runs {
      guard let token = run.firstToken else { continue }
      kernels.multiply(
        run.rowCount, logitsStep, width, normalized + (run.firstRow - chunk.prefixRows) * step,
        step, context.weights.head.forward, context.weights.head.forwardStep,
        logits + token * logitsStep, logitsStep, 0)
    }
  }

  /// From coefficients d loss / d log π of the response tokens to the residual stream's
  /// gradient, which this writes (zero in prefix rows).
  func projectBackward(
    _ output: UnsafeMutablePointer<Scalar>, logits: UnsafeMutablePointer<Scalar>,
    responseTokens: UnsafePointer<Int32>, coefficients: UnsafePointer<Double>,
    temperature: Double, gradient: UnsafeMutablePointer<Scalar>
  ) {
    let rows = chunk.scoredRows
    let logitsGradient = scratch.logitsGradient.pointer
    for run in chunk.runs {
      guard let token = run.firstToken else { continue }
      kernels.logits_gradient(
        run.rowCount, vocabulary, logits + token * logitsStep, logitsStep, temperature,
        responseTokens + token, coefficients + token,
        logitsGradient + (run.firstRow - chunk.prefixRows) * logitsStep,
        scratch.distribution.pointer)
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
      context.weights.head.backwardStep, normalizedGradient, step, 0)
    let residual = scratch.residualGradient.pointer
    residual.clear(count: chunk.rowCount * step)
    kernels.normalize_backward(
      rows, width, step, normalizedGradient, output, context.weights.finalNorm,
      context.configuration.normEpsilon, residual + chunk.prefixRows * step,
      gradient + context.offsets.finalNorm)
  }
}
