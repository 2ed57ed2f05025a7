internal import NumericKernels

/// What every part of a forward or backward pass reads.
struct ModelContext<Scalar: TransformerScalar> {
  let configuration: TransformerConfiguration
  let widths: PaddedWidths
  let shape: ActivationShape
  let offsets: ParameterTable
  let weights: PackedWeights<Scalar>
  let rotary: RotaryTable<Scalar>
  let kernels: nk_kernels

  init(_ policy: TransformerPolicy<Scalar>, threads: Int) {
    configuration = policy.configuration
    widths = PaddedWidths(policy.configuration)
    shape = ActivationShape(policy.configuration)
    offsets = policy.table
    weights = policy.packedWeights(threads: threads)
    rotary = policy.rotary
    kernels = weights.kernels.functions
  }
}

/// One worker's temporary rows, reused from chunk to chunk.
final class ChunkScratch<Scalar: TransformerScalar> {
  /// `[M, d]` each.
  let normalized = AlignedBuffer<Scalar>()
  let normalizedGradient = AlignedBuffer<Scalar>()
  let residualGradient = AlignedBuffer<Scalar>()
  let attendedGradient = AlignedBuffer<Scalar>()
  /// `[M, F]` each.
  let activation = AlignedBuffer<Scalar>()
  let activationGradient = AlignedBuffer<Scalar>()
  /// `[M, 2F]`
  let gateUpGradient = AlignedBuffer<Scalar>()
  /// `[M, 3d]`
  let queryKeyValueGradient = AlignedBuffer<Scalar>()
  /// `[M, V]`
  let logitsGradient = AlignedBuffer<Scalar>()
  let attention = AlignedBuffer<Scalar>()
  let distribution = AlignedBuffer<Double>()
  /// Activations of a chunk that no backward pass will ask for.
  let passing = AlignedBuffer<Scalar>()

  func reserveForward(_ context: ModelContext<Scalar>, rows: Int, keys: Int) {
    normalized.reserve(rows * context.widths.width)
    activation.reserve(rows * context.widths.hidden)
    var shape = context.configuration.attentionShape()
    attention.reserve(nk_attention_scratch(&shape, keys))
    distribution.reserve(4 * (context.configuration.vocabularySize + 8))
  }

  func reserveBackward(_ context: ModelContext<Scalar>, rows: Int, keys: Int) {
    reserveForward(context, rows: rows, keys: keys)
    normalizedGradient.reserve(rows * context.widths.width)
    residualGradient.reserve(rows * context.widths.width)
    attendedGradient.reserve(rows * context.widths.width)
    activationGradient.reserve(rows * context.widths.hidden)
    gateUpGradient.reserve(rows * 2 * context.widths.hidden)
    queryKeyValueGradient.reserve(rows * 3 * context.widths.width)
    logitsGradient.reserve(rows * context.widths.vocabulary)
  }
}

/// One chunk on its way through the model, by one worker. The layers extend it, each with its
/// forward and backward step side by side.
///
/// Backward steps work on `scratch.residualGradient`, `[M, d]`, the gradient of the residual
/// stream, and add parameter gradients to `gradient`, in the order of the parameter table.
struct ChunkPass<Scalar: TransformerScalar> {
  let context: ModelContext<Scalar>
  let chunk: BatchLayout.Chunk
  /// Input token and position of each of the chunk's rows.
  let tokens: UnsafePointer<Int32>
  let positions: UnsafePointer<Int32>
  let scratch: ChunkScratch<Scalar>

  init(
    context: ModelContext<Scalar>, chunk: BatchLayout.Chunk, rows: BatchLayout.Rows,
    scratch: ChunkScratch<Scalar>
  ) {
    self.context = context
    self.chunk = chunk
    tokens = rows.tokens + chunk.firstRow
    positions = rows.positions + chunk.firstRow
    self.scratch = scratch
  }

  var kernels: nk_kernels { context.kernels }
  var width: Int { context.configuration.width }
  var step: Int { context.widths.width }

  /// From input tokens to the residual stream after the last layer.
  func forward(
    _ activations: (layers: [LayerActivations<Scalar>], output: UnsafeMutablePointer<Scalar>)
  ) {
    let layers = activations.layers
    embed(into: layers[0].input)
    for layer in layers.indices {
      attend(layer, layers[layer])
      let isLast = layer == layers.count - 1
      feedForward(
        layer, layers[layer], into: isLast ? activations.output : layers[layer + 1].input)
    }
  }

  /// From the residual stream's gradient after the last layer to all parameter gradients.
  func backward(
    _ layers: [LayerActivations<Scalar>], gradient: UnsafeMutablePointer<Scalar>
  ) {
    for layer in layers.indices.reversed() {
      feedForwardBackward(layer, layers[layer], gradient: gradient)
      attendBackward(layer, layers[layer], gradient: gradient)
    }
    embedBackward(gradient: gradient)
  }
}
