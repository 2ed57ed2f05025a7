internal import NumericKernels

/// The parameters as the kernels read them: matrices cut into panels, once for products with
/// the matrix and once with its transpose, and normalization weights padded with zeros.
/// Rebuilt after every change of the parameters.
final class PackedWeights<Scalar: TransformerScalar> {
  /// A weight matrix W `[outputs, inputs]` as panels of Wᵀ (forward) and of W (backward).
  struct Matrix {
    let forward: UnsafeMutablePointer<Scalar>
    let forwardPanelStride: Int
    let backward: UnsafeMutablePointer<Scalar>
    let backwardPanelStride: Int
  }

  struct Layer {
    let attentionNorm: UnsafeMutablePointer<Scalar>
    /// Outputs `[query | key | value]`, each section padded.
    let queryKeyValue: Matrix
    let output: Matrix
    let feedForwardNorm: UnsafeMutablePointer<Scalar>
    /// Outputs `[gate | up]`, each section padded.
    let gateUp: Matrix
    let down: Matrix
  }

  let kernels: KernelTable<Scalar>
  private let configuration: TransformerConfiguration
  private let table: ParameterTable
  private let widths: PaddedWidths
  private let storage: AlignedBuffer<Scalar>

  /// The embedding as padded rows `[V, d]`, for looking up.
  let embedding: UnsafeMutablePointer<Scalar>
  /// The embedding as output matrix.
  let head: Matrix
  let layers: [Layer]
  let finalNorm: UnsafeMutablePointer<Scalar>

  init(configuration: TransformerConfiguration, table: ParameterTable, level: KernelLevel) {
    self.configuration = configuration
    self.table = table
    kernels = KernelTable(level)
    widths = PaddedWidths(configuration)
    let d = configuration.width
    let f = configuration.hiddenWidth
    let v = configuration.vocabularySize
    let lanes = kernels.lanes
    let widths = self.widths
    let layerSize =
      2 * widths.width + 3 * widths.width * (d + widths.width) + 2 * d * widths.width
      + 2 * widths.hidden * (d + widths.width) + f * widths.width + d * widths.hidden
    let headSize = d * widths.vocabulary + v * widths.width
    storage = AlignedBuffer(
      count: (v + 1) * widths.width + headSize + configuration.layerCount * layerSize)
    var free = storage.pointer
    func take(_ count: Int) -> UnsafeMutablePointer<Scalar> {
      defer { free += count }
      return free
    }
    /// `depth` inputs are summed over going forward, `backwardDepth` outputs going backward.
    func matrix(outputs: Int, inputs: Int, depth: Int, backwardDepth: Int) -> Matrix {
      Matrix(
        forward: take(outputs * depth), forwardPanelStride: depth * lanes,
        backward: take(inputs * backwardDepth), backwardPanelStride: backwardDepth * lanes)
    }
    embedding = take(v * widths.width)
    head = matrix(outputs: widths.vocabulary, inputs: widths.width, depth: d, backwardDepth: v)
    layers = (0..<configuration.layerCount).map { _ in
      Layer(
        attentionNorm: take(widths.width),
        queryKeyValue: matrix(
          outputs: 3 * widths.width, inputs: widths.width, depth: d,
          backwardDepth: 3 * widths.width),
        output: matrix(outputs: widths.width, inputs: widths.width, depth: d, backwardDepth: d),
        feedForwardNorm: take(widths.width),
        gateUp: matrix(
          outputs: 2 * widths.hidden, inputs: widths.width, depth: d,
          backwardDepth: 2 * widths.hidden),
        down: matrix(outputs: widths.width, inputs: widths.hidden, depth: f, backwardDepth: d))
    }
    finalNorm = take(widths.width)
  }

  /// Reads `parameters`, in table order, into panels.
  func refresh(from parameters: UnsafePointer<Scalar>, threads: Int) {
    Workers.perform(items: layers.count + 1, threads: threads) { _, item in
      if item < layers.count {
        refreshLayer(item, from: parameters)
      } else {
        refreshEnds(from: parameters)
      }
    }
  }

  private func refreshEnds(from parameters: UnsafePointer<Scalar>) {
    let d = configuration.width
    let v = configuration.vocabularySize
    for token in 0..<v {
      (embedding + token * widths.width).copy(
        from: parameters + table.embedding + token * d, count: d)
    }
    pack(parameters + table.embedding, [v], d, head, sectionWidth: widths.vocabulary)
    finalNorm.copy(from: parameters + table.finalNorm, count: d)
  }

  private func refreshLayer(_ index: Int, from parameters: UnsafePointer<Scalar>) {
    let d = configuration.width
    let f = configuration.hiddenWidth
    let layer = layers[index]
    let offsets = table.layers[index]
    layer.attentionNorm.copy(from: parameters + offsets.attentionNorm, count: d)
    pack(parameters + offsets.query, [d, d, d], d, layer.queryKeyValue, sectionWidth: widths.width)
    pack(parameters + offsets.output, [d], d, layer.output, sectionWidth: widths.width)
    layer.feedForwardNorm.copy(from: parameters + offsets.feedForwardNorm, count: d)
    pack(parameters + offsets.gate, [f, f], d, layer.gateUp, sectionWidth: widths.hidden)
    pack(parameters + offsets.down, [d], f, layer.down, sectionWidth: widths.width)
  }

  /// Packs matrices `[outputs, inputs]` that follow each other; each gets `sectionWidth`
  /// columns of the forward product and as many steps of the backward one.
  private func pack(
    _ source: UnsafePointer<Scalar>, _ outputs: [Int], _ inputs: Int, _ matrix: Matrix,
    sectionWidth: Int
  ) {
    var from = source
    for (section, rows) in outputs.enumerated() {
      let firstPanel = section * sectionWidth / kernels.lanes
      kernels.functions.pack(
        from, 1, inputs, inputs, rows, matrix.forward + firstPanel * matrix.forwardPanelStride,
        matrix.forwardPanelStride)
      kernels.functions.pack(
        from, inputs, 1, rows, inputs, matrix.backward + section * sectionWidth * kernels.lanes,
        matrix.backwardPanelStride)
      from += rows * inputs
    }
  }
}
