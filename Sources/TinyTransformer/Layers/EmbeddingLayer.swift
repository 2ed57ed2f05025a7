internal import NumericKernels

extension ChunkPass {
  /// Rows of the embedding matrix, one per input token.
  func embed(into output: UnsafeMutablePointer<Scalar>) {
    kernels.look_up(chunk.rowCount, step, tokens, context.weights.embedding, output)
  }

  /// Reverses `embed`: adds each row's gradient to its token's row.
  func embedBackward(gradient: UnsafeMutablePointer<Scalar>) {
    kernels.look_up_backward(
      chunk.rowCount, width, step, tokens, scratch.residualGradient.pointer,
      gradient + context.offsets.embedding)
  }
}
