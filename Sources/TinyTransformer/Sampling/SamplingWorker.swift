internal import NumericKernels
internal import RepeatableRandom

/// One thread's share of sampling: a set of slots with their caches.
///
/// Responses to a prompt that have drawn the same tokens so far form a *branch*: one row of the
/// model, one cache. When they draw different tokens, the branch divides. A row's arithmetic
/// depends on nothing beside it, so the shared row is, bit for bit, the one that each response
/// would have computed by itself.
final class SamplingWorker<Scalar: TransformerScalar> {
  /// Responses that have been the same so far.
  struct Branch {
    let slot: Int
    /// Keys in the cache.
    var length: Int
    /// Tokens drawn.
    var generated: Int
    /// How many responses; their places in `members` follow those of the branches before.
    var memberCount: Int
  }

  /// A response under way.
  private struct Member {
    let sequence: Int
    var generator: RepeatableGenerator
  }

  /// Branches that are enough to amortize reading the weights: further prompts wait.
  private static var enoughBranches: Int { 16 }

  /// Bytes of caches that are still near the core. Longer contexts and larger models get fewer
  /// slots: attention reads a response's whole cache for every token.
  private static var cacheBudget: Int { 3 << 20 }

  private let mostSlots: Int
  private var slots = 0
  let scratch = ChunkScratch<Scalar>()
  /// Keys and values, `[slot, layer, …]`.
  private let cache = AlignedBuffer<Scalar>()
  private let prefill = Prefill<Scalar>()
  /// Rows of the branches: `[rows, d]`, `[rows, 3d]`, `[rows, 2F]`, `[rows, V]`.
  let residual = AlignedBuffer<Scalar>()
  let queryKeyValue = AlignedBuffer<Scalar>()
  let attended = AlignedBuffer<Scalar>()
  let gateUp = AlignedBuffer<Scalar>()
  let logits = AlignedBuffer<Scalar>()
  /// Last token of each branch.
  let tokens = AlignedBuffer<Int32>()
  let positions = AlignedBuffer<Int32>()
  let lengths = AlignedBuffer<Int32>()
  /// Responses of each branch, and what each response draws.
  private let draws = AlignedBuffer<Int32>()
  private let drawn = AlignedBuffer<Int32>()
  private let uniforms = AlignedBuffer<Double>()
  private let figures = AlignedBuffer<Double>()
  var branches: [Branch] = []
  /// Rows passed through the model in the last `run`, prompts not counted.
  var computedRowCount = 0
  private var members: [Member] = []
  private var nextBranches: [Branch] = []
  private var nextMembers: [Member] = []
  private var freeSlots: [Int] = []
  var cachePointers: [UnsafeMutableRawPointer] = []
  /// The prompt being let in, and how many of its responses are.
  private var group: SamplingGroup?
  private var admitted = 0

  init(slots: Int) {
    mostSlots = slots
  }

  /// Samples groups from `nextGroup` until it has no more.
  func run(
    _ context: ModelContext<Scalar>, _ request: Sampler<Scalar>.Request, capacity: Int,
    target: RolloutTarget<Scalar>, nextGroup: () -> SamplingGroup?
  ) {
    var shape = context.configuration.attentionShape(capacity: capacity)
    let slotSize = nk_slot_size(&shape)
    let bytes = slotSize * context.configuration.layerCount * MemoryLayout<Scalar>.stride
    slots = min(mostSlots, max(4, Self.cacheBudget / bytes))
    reserve(context, capacity: capacity, slotSize: slotSize)
    branches.removeAll(keepingCapacity: true)
    members.removeAll(keepingCapacity: true)
    freeSlots = Array((0..<slots).reversed())
    group = nil
    computedRowCount = 0
    while true {
      while branches.count < Self.enoughBranches, hasRoom(for: request) {
        if group == nil {
          guard let next = nextGroup() else { break }
          prepare(next, context, &shape, slotSize)
        }
        admit(context, &shape, slotSize)
      }
      guard !branches.isEmpty else { return }
      draw(context, request, target)
      divide(context, request, target, &shape, slotSize)
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
    for buffer in [tokens, positions, lengths, draws, drawn] { buffer.reserve(slots) }
    uniforms.reserve(slots)
    figures.reserve(3 * slots)
  }

  // MARK: Letting prompts in

  /// Whether every response could go a way of its own, together with those to be let in next.
  private func hasRoom(for request: Sampler<Scalar>.Request) -> Bool {
    let waiting = request.samplesPerPrompt - (group == nil ? 0 : admitted)
    return members.count + min(waiting, slots) <= slots
  }

  /// Computes a prompt and keeps its keys and values in a slot of its own, after the others.
  private func prepare(
    _ next: SamplingGroup, _ context: ModelContext<Scalar>, _ shape: inout nk_attention_shape,
    _ slotSize: Int
  ) {
    group = next
    admitted = 0
    prefill.compute(context, prompt: next.prompt, scratch: scratch)
    for layer in 0..<context.configuration.layerCount {
      context.kernels.remember(
        &shape, next.prompt.count, prefill.queryKeyValue(layer), 0,
        slotPointer(slots, layer: layer, context, slotSize))
    }
  }

  func slotPointer(
    _ slot: Int, layer: Int, _ context: ModelContext<Scalar>, _ slotSize: Int
  ) -> UnsafeMutablePointer<Scalar> {
    cache.pointer + (slot * context.configuration.layerCount + layer) * slotSize
  }

  /// Starts a branch of as many responses of the computed prompt as the slots can hold.
  private func admit(
    _ context: ModelContext<Scalar>, _ shape: inout nk_attention_shape, _ slotSize: Int
  ) {
    guard let group else { return }
    let count = min(group.generators.count - admitted, slots)
    let slot = freeSlots.removeLast()
    copy(slots, to: slot, length: group.prompt.count, context, &shape, slotSize)
    (logits.pointer + branches.count * context.widths.vocabulary).copy(
      from: prefill.logits, count: context.widths.vocabulary)
    branches.append(
      Branch(slot: slot, length: group.prompt.count, generated: 0, memberCount: count))
    for index in admitted..<admitted + count {
      members.append(
        Member(sequence: group.firstSequence + index, generator: group.generators[index]))
    }
    admitted += count
    if admitted == group.generators.count { self.group = nil }
  }

  private func copy(
    _ slot: Int, to other: Int, length: Int, _ context: ModelContext<Scalar>,
    _ shape: inout nk_attention_shape, _ slotSize: Int
  ) {
    for layer in 0..<context.configuration.layerCount {
      context.kernels.copy_slot(
        &shape, length, slotPointer(slot, layer: layer, context, slotSize),
        slotPointer(other, layer: layer, context, slotSize))
    }
  }

  // MARK: Drawing

  /// Draws a token for every response and records it.
  private func draw(
    _ context: ModelContext<Scalar>, _ request: Sampler<Scalar>.Request,
    _ target: RolloutTarget<Scalar>
  ) {
    let vocabulary = context.configuration.vocabularySize
    let step = context.widths.vocabulary
    for row in branches.indices { draws.pointer[row] = Int32(branches[row].memberCount) }
    for index in members.indices { uniforms.pointer[index] = members[index].generator.uniform() }
    let rows = nk_token_figures(
      log_probability: figures.pointer, entropy: figures.pointer + slots,
      squared_sum: figures.pointer + 2 * slots, divergence: nil)
    context.kernels.sample(
      branches.count, vocabulary, logits.pointer, step, request.temperature, draws.pointer,
      uniforms.pointer, drawn.pointer, rows, scratch.distribution.pointer)
    if request.isGreedy { takeMostProbable(request, vocabulary: vocabulary, step: step) }
    var index = 0
    for (row, branch) in branches.enumerated() {
      for _ in 0..<branch.memberCount {
        let at = members[index].sequence * request.maximumResponse + branch.generated
        target.tokens[at] = drawn.pointer[index]
        target.logProbabilities[at] = rows.log_probability[index]
        target.entropies[at] = rows.entropy[index]
        target.squaredSums[at] = rows.squared_sum[index]
        if let all = target.logits {
          (all + at * vocabulary).copy(from: logits.pointer + row * step, count: vocabulary)
        }
        index += 1
      }
    }
  }

  /// Puts the most probable tokens in place of the drawn ones; of the figures, log π is the only
  /// one that depends on the token.
  private func takeMostProbable(
    _ request: Sampler<Scalar>.Request, vocabulary: Int, step: Int
  ) {
    var index = 0
    for (row, branch) in branches.enumerated() {
      let scores = UnsafeBufferPointer(start: logits.pointer + row * step, count: vocabulary)
      let best = scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
      for _ in 0..<branch.memberCount {
        let gain = scores[best] - scores[Int(drawn.pointer[index])]
        figures.pointer[index] += Double(gain) / request.temperature
        drawn.pointer[index] = Int32(best)
        index += 1
      }
    }
  }

  /// Lets go of the responses that have ended, and divides branches whose responses drew different
  /// tokens: the first token keeps the slot, the others copy it.
  private func divide(
    _ context: ModelContext<Scalar>, _ request: Sampler<Scalar>.Request,
    _ target: RolloutTarget<Scalar>, _ shape: inout nk_attention_shape, _ slotSize: Int
  ) {
    nextBranches.removeAll(keepingCapacity: true)
    nextMembers.removeAll(keepingCapacity: true)
    var start = 0
    for branch in branches {
      let range = start..<start + branch.memberCount
      start = range.upperBound
      let generated = branch.generated + 1
      let isFull = generated == request.maximumResponse
      var isSlotTaken = false
      for first in range {
        let token = drawn.pointer[first]
        // Negative where the response has been dealt with.
        guard token >= 0 else { continue }
        if isFull || token == request.endToken {
          let sequence = members[first].sequence
          target.lengths[sequence] = generated
          target.isTruncated[sequence] = token != request.endToken
          continue
        }
        let before = nextMembers.count
        for index in first..<range.upperBound where drawn.pointer[index] == token {
          nextMembers.append(members[index])
          drawn.pointer[index] = -1
        }
        var slot = branch.slot
        if isSlotTaken {
          slot = freeSlots.removeLast()
          copy(branch.slot, to: slot, length: branch.length, context, &shape, slotSize)
        }
        isSlotTaken = true
        tokens.pointer[nextBranches.count] = token
        nextBranches.append(
          Branch(
            slot: slot, length: branch.length, generated: generated,
            memberCount: nextMembers.count - before))
      }
      if !isSlotTaken { freeSlots.append(branch.slot) }
    }
    swap(&branches, &nextBranches)
    swap(&members, &nextMembers)
  }
}
