internal import NumericKernels

/// One token further: the model on one row for each branch, over cached keys and values.
extension SamplingWorker {
  /// Passes the last tokens through the model: the logits of the next ones.
  func advance(
    _ context: ModelContext<Scalar>, _ shape: inout nk_attention_shape, _ slotSize: Int
  ) {
    let rows = branches.count
    guard rows > 0 else { return }
    computedRowCount += rows
    let kernels = context.kernels
    let width = context.configuration.width
    let step = context.widths.width
    for row in 0..<rows {
      positions.pointer[row] = Int32(branches[row].length)
      branches[row].length += 1
      lengths.pointer[row] = Int32(branches[row].length)
    }
    kernels.look_up(rows, step, tokens.pointer, context.weights.embedding, residual.pointer)
    for layer in 0..<context.configuration.layerCount {
      attend(layer, rows, context, &shape, slotSize)
      feedForward(layer, rows, context)
    }
    kernels.normalize(
      rows, width, step, residual.pointer, context.weights.finalNorm,
      context.configuration.normEpsilon, scratch.normalized.pointer)
    kernels.multiply(
      rows, context.widths.vocabulary, width, scratch.normalized.pointer, step,
      context.weights.head.forward, context.weights.head.forwardPanelStride, logits.pointer,
      context.widths.vocabulary, 0)
  }

  /// The same arithmetic as `ChunkPass.attend`, over cached keys and values.
  private func attend(
    _ layer: Int, _ rows: Int, _ context: ModelContext<Scalar>,
    _ shape: inout nk_attention_shape, _ slotSize: Int
  ) {
    let kernels = context.kernels
    let weights = context.weights.layers[layer]
    let width = context.configuration.width
    let step = context.widths.width
    kernels.normalize(
      rows, width, step, residual.pointer, weights.attentionNorm,
      context.configuration.normEpsilon, scratch.normalized.pointer)
    kernels.multiply(
      rows, 3 * step, width, scratch.normalized.pointer, step, weights.queryKeyValue.forward,
      weights.queryKeyValue.forwardPanelStride, queryKeyValue.pointer, 3 * step, 0)
    kernels.rotate(
      &shape, rows, queryKeyValue.pointer, positions.pointer, context.rotary.cosines.pointer,
      context.rotary.sines.pointer, 1, 0)
    cachePointers.removeAll(keepingCapacity: true)
    for row in 0..<rows {
      let slot = slotPointer(branches[row].slot, layer: layer, context, slotSize)
      kernels.remember(
        &shape, 1, queryKeyValue.pointer + row * 3 * step, Int(positions.pointer[row]), slot)
      cachePointers.append(UnsafeMutableRawPointer(slot))
    }
    kernels.attend_cached(
      &shape, rows, queryKeyValue.pointer, cachePointers, lengths.pointer, attended.pointer,
      scratch.attention.pointer)
    kernels.multiply(
      rows, step, width, attended.pointer, step, weights.output.forward,
      weights.output.forwardPanelStride, residual.pointer, step, 1)
  }

  /// The same arithmetic as `ChunkPass.feedForward`.
  private func feedForward(_ layer: Int, _ rows: Int, _ context: ModelContext<Scalar>) {
    let kernels = context.kernels
    let weights = context.weights.layers[layer]
    let width = context.configuration.width
    let step = context.widths.width
    let hiddenStep = context.widths.hidden
    kernels.normalize(
      rows, width, step, residual.pointer, weights.feedForwardNorm,
      context.configuration.normEpsilon, scratch.normalized.pointer)
    kernels.multiply(
      rows, 2 * hiddenStep, width, scratch.normalized.pointer, step, weights.gateUp.forward,
      weights.gateUp.forwardPanelStride, gateUp.pointer, 2 * hiddenStep, 0)
    kernels.gate(rows, hiddenStep, gateUp.pointer, scratch.activation.pointer)
    kernels.multiply(
      rows, step, context.configuration.hiddenWidth, scratch.activation.pointer, hiddenStep,
      weights.down.forward, weights.down.forwardPanelStride, residual.pointer, step, 1)
  }
}
