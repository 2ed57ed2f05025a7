internal import NumericKernels

/// A prompt's keys, values and last logits, computed once for all its responses.
final class Prefill<Scalar: TransformerScalar> {
  private let storage = AlignedBuffer<Scalar>()
  private let logitsBuffer = AlignedBuffer<Scalar>()
  private var layers: [LayerActivations<Scalar>] = []

  var logits: UnsafeMutablePointer<Scalar> { logitsBuffer.pointer }

  /// Rows `[query | key | value]` of all prompt tokens.
  func queryKeyValue(_ layer: Int) -> UnsafeMutablePointer<Scalar> { layers[layer].queryKeyValue }

  func compute(
    _ context: ModelContext<Scalar>, prompt: [Int32], scratch: ChunkScratch<Scalar>
  ) {
    // A batch of one response of one token has exactly the rows of the prompt.
    var batch = SequenceBatch()
    batch.append(prompt: prompt, response: prompt.prefix(1))
    let layout = BatchLayout(batch, context.shape)
    storage.reserve(layout.activationCount)
    logitsBuffer.reserve(context.widths.vocabulary)
    scratch.reserveForward(context, rows: layout.largestChunk, keys: layout.longestRun)
    layout.withRows { rows in
      for chunk in layout.chunks {
        let pass = ChunkPass(context: context, chunk: chunk, rows: rows, scratch: scratch)
        let kept = context.shape.activations(of: chunk, at: storage.pointer)
        pass.forward(kept)
        pass.project(kept.output, into: logitsBuffer.pointer)
        layers = kept.layers
      }
    }
  }
}
