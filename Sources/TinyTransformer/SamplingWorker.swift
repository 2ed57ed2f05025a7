internal import NumericKernels
internal import RepeatableRandom

/// One thread's share of sampling: a set of slots with their caches.
final class SamplingWorker<Scalar: TransformerScalar> {
  /// A response under way.
  private struct Response {
    let sequence: Int
    let slot: Int
    /// Keys in the cache.
    var length: Int
    var generated = 0
    var generator: RepeatableGenerator
  }

  private let slots: Int
  private let scratch = ChunkScratch<Scalar>()
  /// Keys and values, `[slot, layer, …]`.
  private let cache = AlignedBuffer<Scalar>()
  private let prefill = Prefill<Scalar>()
  /// Rows of the responses under way: `[rows, d]`, `[rows, 3d]`, `[rows, 2F]`, `[rows, V]`.
  private let residual = AlignedBuffer<Scalar>()
  private let queryKeyValue = AlignedBuffer<Scalar>()
  private let attended = AlignedBuffer<Scalar>()
  private let gateUp = AlignedBuffer<Scalar>()
  private let logits = AlignedBuffer<Scalar>()
  private let tokens = AlignedBuffer<Int32>()
  private let positions = AlignedBuffer<Int32>()
  private let lengths = AlignedBuffer<Int32>()
  private let uniforms = AlignedBuffer<Double>()
  private let figures = AlignedBuffer<Double>()
  private var responses: [Response] = []
  private var freeSlots: [Int] = []
  private var cachePointers: [UnsafeMutableRawPointer] = []

  init(slots: Int) {
    self.slots = slots
  }

  /// Samples groups from `nextGroup` until it has no more.
  func run(
    _ context: ModelContext<Scalar>, _ request: Sampler<Scalar>.Request, capacity: Int,
    target: RolloutTarget<Scalar>, nextGroup: () -> SamplingGroup?
  ) {
    var shape = context.configuration.attentionShape(capacity: capacity)
    let slotSize = nk_slot_size(&shape)
    reserve(context, capacity: capacity, slotSize: slotSize)
    responses.removeAll(keepingCapacity: true)
    freeSlots = Array((0..<slots).reversed())
    var group: SamplingGroup?
    var admitted = 0
    while true {
      while !freeSlots.isEmpty {
        if group.map({ admitted == $0.generators.count }) ?? true {
          group = nextGroup()
          admitted = 0
          if let group { prepare(group, context, &shape, slotSize) }
        }
        guard let current = group, !current.generators.isEmpty else { break }
        admit(current, admitted, context, &shape, slotSize)
        admitted += 1
      }
      guard !responses.isEmpty else { return }
      draw(context, request, target)
      advance(context, &shape, slotSize)
    }
  }

  private func reserve(_ context: ModelContext<Scalar>, capacity: Int, slotSize: Int) {
    let widths = context.widths
    scratch.reserveForward(context, rows: max(slots, capacity), keys: capacity)
    cache.reserve((slots + 1) * context.configuration.layerCount * slotSize)
    residual.reserve(slots * widths.width)
    queryKeyValue.reserve(slots * 3 * widths.width)
    attended.reserve(slots * widths.width)
    gateUp.reserve(slots * 2 * widths.hidden)
    logits.reserve(slots * widths.vocabulary)
    tokens.reserve(slots)
    positions.reserve(slots)
    lengths.reserve(slots)
    uniforms.reserve(slots)
    figures.reserve(3 * slots)
  }

  /// Computes a prompt and keeps its keys and values in a slot of its own, after the others.
  private func prepare(
    _ group: SamplingGroup, _ context: ModelContext<Scalar>, _ shape: inout nk_attention_shape,
    _ slotSize: Int
  ) {
    prefill.compute(context, prompt: group.prompt, scratch: scratch)
    for layer in 0..<context.configuration.layerCount {
      context.kernels.remember(
        &shape, group.prompt.count, prefill.queryKeyValue(layer), 0,
        slotPointer(slots, layer: layer, context, slotSize))
    }
  }

  private func slotPointer(
    _ slot: Int, layer: Int, _ context: ModelContext<Scalar>, _ slotSize: Int
  ) -> UnsafeMutablePointer<Scalar> {
    cache.pointer + (slot * context.configuration.layerCount + layer) * slotSize
  }

  /// Gives response number `index` of a computed prompt a slot and its first logits.
  private func admit(
    _ group: SamplingGroup, _ index: Int, _ context: ModelContext<Scalar>,
    _ shape: inout nk_attention_shape, _ slotSize: Int
  ) {
    let slot = freeSlots.removeLast()
    for layer in 0..<context.configuration.layerCount {
      context.kernels.copy_slot(
        &shape, group.prompt.count, slotPointer(slots, layer: layer, context, slotSize),
        slotPointer(slot, layer: layer, context, slotSize))
    }
    (logits.pointer + responses.count * context.widths.vocabulary).copy(
      from: prefill.logits, count: context.widths.vocabulary)
    responses.append(
      Response(
        sequence: group.firstSequence + index, slot: slot, length: group.prompt.count,
        generator: group.generators[index]))
  }

  /// Draws a token for every response, records it, and lets go of those that end.
  private func draw(
    _ context: ModelContext<Scalar>, _ request: Sampler<Scalar>.Request,
    _ target: RolloutTarget<Scalar>
  ) {
    let count = responses.count
    let vocabulary = context.configuration.vocabularySize
    let step = context.widths.vocabulary
    for row in 0..<count { uniforms.pointer[row] = responses[row].generator.uniform() }
    let rows = nk_token_figures(
      log_probability: figures.pointer, entropy: figures.pointer + slots,
      squared_sum: figures.pointer + 2 * slots, divergence: nil)
    context.kernels.sample(
      count, vocabulary, logits.pointer, step, request.temperature, uniforms.pointer,
      tokens.pointer, rows, scratch.distribution.pointer)
    var kept = 0
    for row in 0..<count {
      let sequence = responses[row].sequence
      let at = sequence * request.maximumResponse + responses[row].generated
      let token = tokens.pointer[row]
      target.tokens[at] = token
      target.logProbabilities[at] = rows.log_probability[row]
      target.entropies[at] = rows.entropy[row]
      target.squaredSums[at] = rows.squared_sum[row]
      if let all = target.logits {
        (all + at * vocabulary).copy(from: logits.pointer + row * step, count: vocabulary)
      }
      responses[row].generated += 1
      let isEnd = token == request.endToken
      if isEnd || responses[row].generated == request.maximumResponse {
        target.lengths[sequence] = responses[row].generated
        target.isTruncated[sequence] = !isEnd
        freeSlots.append(responses[row].slot)
      } else {
        responses[kept] = responses[row]
        tokens.pointer[kept] = token
        kept += 1
      }
    }
    responses.removeLast(count - kept)
  }

  /// Passes the last tokens through the model: the logits of the next ones.
  private func advance(
    _ context: ModelContext<Scalar>, _ shape: inout nk_attention_shape, _ slotSize: Int
  ) {
    let rows = responses.count
    guard rows > 0 else { return }
    let kernels = context.kernels
    let width = context.configuration.width
    let step = context.widths.width
    for row in 0..<rows {
      positions.pointer[row] = Int32(responses[row].length)
      responses[row].length += 1
      lengths.pointer[row] = Int32(responses[row].length)
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
      context.weights.head.forward, context.weights.head.forwardStep, logits.pointer,
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
      weights.queryKeyValue.forwardStep, queryKeyValue.pointer, 3 * step, 0)
    kernels.rotate(
      &shape, rows, queryKeyValue.pointer, positions.pointer, context.rotary.cosines.pointer,
      context.rotary.sines.pointer, 1, 0)
    cachePointers.removeAll(keepingCapacity: true)
    for row in 0..<rows {
      let slot = slotPointer(responses[row].slot, layer: layer, context, slotSize)
      kernels.remember(
        &shape, 1, queryKeyValue.pointer + row * 3 * step, Int(positions.pointer[row]), slot)
      cachePointers.append(UnsafeMutableRawPointer(slot))
    }
    kernels.attend_cached(
      &shape, rows, queryKeyValue.pointer, cachePointers, lengths.pointer, attended.pointer,
      scratch.attention.pointer)
    kernels.multiply(
      rows, step, width, attended.pointer, step, weights.output.forward,
      weights.output.forwardStep, residual.pointer, step, 1)
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
      weights.gateUp.forwardStep, gateUp.pointer, 2 * hiddenStep, 0)
    kernels.gate(rows, hiddenStep, gateUp.pointer, scratch.activation.pointer)
    kernels.multiply(
      rows, step, context.configuration.hiddenWidth, scratch.activation.pointer, hiddenStep,
      weights.down.forward, weights.down.forwardStep, residual.pointer, step, 1)
  }
}

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
    layout.tokens.withUnsafeBufferPointer { tokens in
      layout.positions.withUnsafeBufferPointer { positions in
        guard let tokens = tokens.baseAddress, let positions = positions.baseAddress else {
          return
        }
        for chunk in layout.chunks {
          let pass = ChunkPass(
            context: context, chunk: chunk, tokens: tokens, positions: positions,
            scratch: scratch)
          let kept = context.shape.activations(of: chunk, at: storage.pointer)
          pass.forward(kept)
          pass.project(kept.output, into: logitsBuffer.pointer)
          layers = kept.layers
        }
      }
    }
  }
}
