import RepeatableRandom

@testable import TinyTransformer

/// One chunk with a shared prefix and responses that part, set up so that a single layer can be run on rows of choice.
final class LayerBench {
  /// A layer as a function of input rows and parameters, with its reverse.
  struct Step {
    /// Rows of the input, and where their gradient starts among the chunk's rows.
    let rowCount: Int
    let firstRow: Int
    /// From input rows (padded) to the loss.
    let loss: (UnsafeMutablePointer<Double>) -> Double
    /// Leaves the input's gradient in `residualGradient`.
    let backward: (_ gradient: UnsafeMutablePointer<Double>) -> Void
  }

  private let configuration: TransformerConfiguration
  private let policy: TransformerPolicy<Double>
  private let batch: SequenceBatch
  private let layout: BatchLayout
  private let chunk: BatchLayout.Chunk
  private let scratch = ChunkScratch<Double>()
  private let storage: AlignedBuffer<Double>
  private let input: AlignedBuffer<Double>
  private let result: AlignedBuffer<Double>
  private let logits: AlignedBuffer<Double>
  private let rows: [Double]
  /// The loss is Σ weight · output.
  private let weights: [Double]
  private let tokens: AlignedBuffer<Int32>
  private let positions: AlignedBuffer<Int32>
  private let responses: AlignedBuffer<Int32>

  init(_ configuration: TransformerConfiguration, _ level: KernelLevel, seed: Int) {
    self.configuration = configuration
    policy = randomPolicy(Double.self, configuration, seed: seed, level: level)
    var batch = SequenceBatch()
    for response: [Int32] in [
      [1, 2, 4], [0, 3, 1, 1, 2], [4], [0, 3, 2, 0], [1, 2, 4], [0, 3, 1, 4, 2],
    ] {
      batch.append(prompt: [1, 0, 4, 2], response: response)
    }
    batch.append(prompt: [3], response: [2, 2])
    self.batch = batch
    let shape = ActivationShape(configuration)
    layout = BatchLayout(batch, shape)
    chunk = layout.chunks[0]
    let context = ModelContext(policy, threads: 1)
    scratch.reserveBackward(context, rows: chunk.rowCount, keys: layout.longestRun)
    storage = AlignedBuffer(count: layout.activationCount)
    let step = context.widths.width
    input = AlignedBuffer(count: chunk.rowCount * step)
    result = AlignedBuffer(count: chunk.rowCount * step)
    logits = AlignedBuffer(count: batch.responseTokenCount * context.widths.vocabulary)
    var generator = SeedPath(UInt64(seed)).appending("rows").generator
    rows = (0..<chunk.rowCount * configuration.width).map { _ in generator.normal() }
    let weightCount = max(chunk.rowCount * configuration.width, batch.responseTokenCount)
    weights = (0..<weightCount).map { _ in generator.normal() }
    tokens = AlignedBuffer(count: layout.tokens.count)
    positions = AlignedBuffer(count: layout.positions.count)
    responses = AlignedBuffer(count: batch.responseTokenCount)
    for (index, token) in layout.tokens.enumerated() { tokens.pointer[index] = token }
    for (index, position) in layout.positions.enumerated() { positions.pointer[index] = position }
    for (index, token) in batch.responseTokens.enumerated() { responses.pointer[index] = token }
  }

  private var step: Int { PaddedWidths(configuration).width }

  private var pass: ChunkPass<Double> {
    ChunkPass(
      context: ModelContext(policy, threads: 1), chunk: chunk,
      rows: BatchLayout.Rows(tokens: tokens.pointer, positions: positions.pointer),
      scratch: scratch)
  }

  private var activations:
    (layers: [LayerActivations<Double>], output: UnsafeMutablePointer<Double>)
  {
    ActivationShape(configuration).activations(of: chunk, at: storage.pointer)
  }

  /// Σ weight · output over rows of the chunk.
  private func weigh(_ output: UnsafeMutablePointer<Double>, rows: Int) -> Double {
    var sum = 0.0
    for row in 0..<rows {
      for column in 0..<configuration.width {
        sum += weights[row * configuration.width + column] * output[row * step + column]
      }
    }
    return sum
  }

  /// Sets the gradient of `rows` rows from `first` on to the weights, all others to zero.
  private func seedGradient(first: Int, rows: Int) {
    let gradient = scratch.residualGradient.pointer
    gradient.clear(count: chunk.rowCount * step)
    for row in 0..<rows {
      for column in 0..<configuration.width {
        gradient[(first + row) * step + column] = weights[row * configuration.width + column]
      }
    }
  }

  private func fullRows(_ layer: Int) -> (first: Int, count: Int) {
    let first = ActivationShape(configuration).firstFullRow(chunk, layer: layer)
    return (first, chunk.rowCount - first)
  }

  var embedding: Step {
    Step(rowCount: 0, firstRow: 0) { [self] _ in
      pass.embed(into: result.pointer)
      return weigh(result.pointer, rows: chunk.rowCount)
    } backward: { [self] gradient in
      seedGradient(first: 0, rows: chunk.rowCount)
      pass.embedBackward(gradient: gradient)
    }
  }

  func attention(_ layer: Int) -> Step {
    let full = fullRows(layer)
    return Step(rowCount: chunk.rowCount, firstRow: 0) { [self] input in
      let layers = activations.layers
      layers[layer].input.copy(from: input, count: chunk.rowCount * step)
      pass.attend(layer, layers[layer])
      return weigh(layers[layer].middle, rows: full.count)
    } backward: { [self] gradient in
      seedGradient(first: full.first, rows: full.count)
      pass.attendBackward(layer, activations.layers[layer], gradient: gradient)
    }
  }

  func feedForward(_ layer: Int) -> Step {
    let full = fullRows(layer)
    return Step(rowCount: full.count, firstRow: full.first) { [self] input in
      let layers = activations.layers
      layers[layer].middle.copy(from: input, count: full.count * step)
      pass.feedForward(layer, layers[layer], into: result.pointer)
      return weigh(result.pointer, rows: full.count)
    } backward: { [self] gradient in
      seedGradient(first: full.first, rows: full.count)
      pass.feedForwardBackward(layer, activations.layers[layer], gradient: gradient)
    }
  }

  /// The loss is Σ coefficient · log π(token) at temperature 0.7.
  var output: Step {
    let vocabulary = configuration.vocabularySize
    let logitsStep = PaddedWidths(configuration).vocabulary
    return Step(rowCount: chunk.scoredRows, firstRow: chunk.prefixRows) { [self] input in
      pass.project(input, into: logits.pointer)
      var sum = 0.0
      for (index, token) in batch.responseTokens.enumerated() {
        let first = Int(layout.scoredRows[index]) * logitsStep
        let row = (0..<vocabulary).map { logits.pointer[first + $0] / 0.7 }
        let total = row.reduce(0) { $0 + exponential($1) }
        sum += weights[index] * (row[Int(token)] - logarithm(total))
      }
      return sum
    } backward: { [self] gradient in
      var sums = [Double](repeating: 0, count: batch.responseTokenCount)
      for (index, owner) in layout.owners.enumerated() { sums[Int(owner)] += weights[index] }
      sums.withUnsafeBufferPointer { sums in
        guard let coefficients = sums.baseAddress else { return }
        pass.projectBackward(
          input.pointer, logits: logits.pointer, responseTokens: responses.pointer,
          coefficients: coefficients, temperature: 0.7, gradient: gradient)
      }
    }
  }

  /// Input rows and parameters as one point.
  func point(_ step: Step) -> [Double] {
    Array(rows.prefix(step.rowCount * configuration.width)) + start
  }

  private lazy var start = policy.parameters

  func loss(_ step: Step, at point: [Double]) -> Double {
    let count = step.rowCount * configuration.width
    for row in 0..<step.rowCount {
      for column in 0..<configuration.width {
        input.pointer[row * self.step + column] = point[row * configuration.width + column]
      }
    }
    policy.parameters = Array(point[count...])
    return step.loss(input.pointer)
  }

  /// The gradient at `point`, by the layer's reverse.
  func gradient(_ step: Step) -> [Double] {
    _ = loss(step, at: point(step))
    let parameters = AlignedBuffer<Double>(count: policy.table.totalCount)
    step.backward(parameters.pointer)
    var gradient: [Double] = []
    for row in step.firstRow..<step.firstRow + step.rowCount {
      for column in 0..<configuration.width {
        gradient.append(scratch.residualGradient.pointer[row * self.step + column])
      }
    }
    return gradient
      + Array(UnsafeBufferPointer(start: parameters.pointer, count: policy.table.totalCount))
  }
}
