internal import NumericKernels

/// The gated feed-forward layer with its normalization and residual connection:
/// output = middle + Down · (silu(Gate n) ∘ Up n), n = norm(middle).
extension ChunkPass {
  private var hidden: Int { context.configuration.hiddenWidth }
  private var hiddenStep: Int { context.widths.hidden }

  func feedForward(
    _ layer: Int, _ activations: LayerActivations<Scalar>,
    into output: UnsafeMutablePointer<Scalar>
  ) {
    let weights = context.weights.layers[layer]
    let rows = chunk.rowCount - context.shape.firstFullRow(chunk, layer: layer)
    let normalized = scratch.normalized.pointer
    let activation = scratch.activation.pointer
    kernels.normalize(
      rows, width, step, activations.middle, weights.feedForwardNorm,
      context.configuration.normEpsilon, normalized)
    kernels.multiply(
      rows, 2 * hiddenStep, width, normalized, step, weights.gateUp.forward,
      weights.gateUp.forwardPanelStride, activations.gateUp, 2 * hiddenStep, 0)
    kernels.gate(rows, hiddenStep, activations.gateUp, activation)
    output.copy(from: activations.middle, count: rows * step)
    kernels.multiply(
      rows, step, hidden, activation, hiddenStep, weights.down.forward,
      weights.down.forwardPanelStride,
      output, step, 1)
  }

  /// Reverses `feedForward`, last line first.
  func feedForwardBackward(
    _ layer: Int, _ activations: LayerActivations<Scalar>,
    gradient: UnsafeMutablePointer<Scalar>
  ) {
    let weights = context.weights.layers[layer]
    let offsets = context.offsets.layers[layer]
    let first = context.shape.firstFullRow(chunk, layer: layer)
    let rows = chunk.rowCount - first
    let residual = scratch.residualGradient.pointer + first * step
    let activation = scratch.activation.pointer
    let gateUp = scratch.gateUpGradient.pointer
    kernels.multiply(
      rows, hiddenStep, width, residual, step, weights.down.backward,
      weights.down.backwardPanelStride,
      scratch.activationGradient.pointer, hiddenStep, 0)
    kernels.gate_backward(
      rows, hiddenStep, activations.gateUp, scratch.activationGradient.pointer, activation, gateUp)
    kernels.multiply_transposed(
      width, hidden, rows, residual, step, activation, hiddenStep, gradient + offsets.down, hidden)
    let normalized = scratch.normalized.pointer
    kernels.normalize(
      rows, width, step, activations.middle, weights.feedForwardNorm,
      context.configuration.normEpsilon, normalized)
    for section in 0..<2 {
      kernels.multiply_transposed(
        hidden, width, rows, gateUp + section * hiddenStep, 2 * hiddenStep, normalized, step,
        gradient + offsets.gate + section * hidden * width, width)
    }
    let normalizedGradient = scratch.normalizedGradient.pointer
    kernels.multiply(
      rows, step, 2 * hiddenStep, gateUp, 2 * hiddenStep, weights.gateUp.backward,
      weights.gateUp.backwardPanelStride, normalizedGradient, step, 0)
    kernels.normalize_backward(
      rows, width, step, normalizedGradient, activations.middle, weights.feedForwardNorm,
      context.configuration.normEpsilon, residual, gradient + offsets.feedForwardNorm)
  }
}
