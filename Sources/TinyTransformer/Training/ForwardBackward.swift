internal import NumericKernels

/// Computes logits of a batch and, given what the loss asks of each token, the gradient of the
/// parameters. Owns the activations, which grow as needed and are reused between calls.
///
/// Order of calls: `forward`, then `tokenStatistics` as often as wanted, then `backward` with
/// the same policy, unchanged. Results depend neither on `threads` nor on chance: the batch is
/// cut into chunks and the gradient into lanes that are fixed by the batch and its coefficients.
public final class ForwardBackward<Scalar: TransformerScalar> {
  public let configuration: TransformerConfiguration
  public let threads: Int
  /// Number of partial gradients that are summed up at the end.
  public let lanes: Int
  /// Most bytes of activations that are kept for `backward`; what does not fit is computed
  /// again there, to the same bits.
  public let activationBudget: Int
  private let shape: ActivationShape
  private var batch = SequenceBatch()
  private var layout = BatchLayout()
  private var keepsActivations = false
  private var level = KernelLevel.best
  private var policyVersion = 0
  private let activations = AlignedBuffer<Scalar>()
  private let logits = AlignedBuffer<Scalar>()
  private let scratches: [ChunkScratch<Scalar>]
  /// Per lane and sign, allocated when first used.
  private var laneGradients: [[AlignedBuffer<Scalar>]]

  public init(
    configuration: TransformerConfiguration, threads: Int, lanes: Int = 4,
    activationBudget: Int = 24 << 20
  ) {
    precondition(threads > 0 && lanes > 0, "threads and lanes must be positive")
    self.activationBudget = activationBudget
    self.configuration = configuration
    self.threads = threads
    self.lanes = lanes
    shape = ActivationShape(configuration)
    scratches = (0..<threads).map { _ in ChunkScratch() }
    laneGradients = (0..<lanes).map { _ in (0..<3).map { _ in AlignedBuffer() } }
  }

  /// Computes the logits of every response token.
  ///
  /// - Parameter keepsActivations: false when no `backward` follows; saves memory and time.
  @specialized(where Scalar == Float)
  public func forward(
    _ policy: TransformerPolicy<Scalar>, _ batch: SequenceBatch, keepsActivations: Bool = true
  ) {
    precondition(policy.configuration == configuration, "the policy has another configuration")
    let context = ModelContext(policy, threads: threads)
    self.batch = batch
    level = policy.kernelLevel
    policyVersion = policy.version
    self.keepsActivations = keepsActivations
    layout = BatchLayout(batch, shape)
    logits.reserve(layout.scoredRowCount * context.widths.vocabulary)
    let kept = layout.chunks.last { isKept($0) }
    activations.reserve(kept.map { $0.firstActivation + shape.count(of: $0) } ?? 0)
    let passing = layout.chunks.filter { !isKept($0) }.map { shape.count(of: $0) }.max() ?? 0
    for scratch in scratches {
      scratch.reserveForward(context, rows: layout.largestChunk, keys: layout.longestRun)
      scratch.passing.reserve(passing)
    }
    let chunks = layout.chunks
    layout.withRows { rows in
      Workers.perform(items: chunks.count, threads: threads) { worker, index in
        let chunk = chunks[index]
        let scratch = scratches[worker]
        let pass = ChunkPass(context: context, chunk: chunk, rows: rows, scratch: scratch)
        let kept = memory(of: chunk, scratch)
        pass.forward(kept)
        pass.project(kept.output, into: logits.pointer)
      }
    }
  }

  private func isKept(_ chunk: BatchLayout.Chunk) -> Bool {
    let end = chunk.firstActivation + shape.count(of: chunk)
    return keepsActivations && end <= activationBudget / MemoryLayout<Scalar>.stride
  }

  /// Where a chunk's activations go: to stay, or to pass.
  private func memory(
    of chunk: BatchLayout.Chunk, _ scratch: ChunkScratch<Scalar>
  ) -> (layers: [LayerActivations<Scalar>], output: UnsafeMutablePointer<Scalar>) {
    shape.activations(
      of: chunk,
      at: isKept(chunk) ? activations.pointer + chunk.firstActivation : scratch.passing.pointer)
  }

  /// Rows of the last `forward`, which computes what sequences begin with alike once.
  public var computedRowCount: Int { layout.tokens.count }
  /// Rows of the last `backward`, which leaves out chunks that nothing is asked of.
  public private(set) var differentiatedRowCount = 0

  /// The figures of every response token of the last `forward`.
  ///
  /// - Parameter behavior: logits of the policy to measure the divergence from, at the same
  ///   temperature.
  @specialized(where Scalar == Float)
  public func tokenStatistics(
    temperature: Double, behavior: BehaviorLogits<Scalar>? = nil
  ) -> TokenStatistics {
    let count = batch.responseTokenCount
    var result = TokenStatistics(count: count, withDivergences: behavior != nil)
    guard count > 0 else { return result }
    precondition(
      behavior.map { $0.firstRows.count == batch.sequenceCount } ?? true,
      "behavior logits must name a first row for each sequence")
    let kernels = KernelTable<Scalar>(level).functions
    let vocabulary = configuration.vocabularySize
    let step = PaddedWidths(configuration).vocabulary
    let sequences = batch.sequences
    let chunks = layout.chunks
    result.withPointers { figures in
      batch.responseTokens.withUnsafeBufferPointer { tokens in
        guard let tokens = tokens.baseAddress else { return }
        Workers.perform(items: chunks.count, threads: threads) { worker, index in
          let chunk = chunks[index]
          for part in chunk.predictions {
            let first = part.firstToken
            let row = chunk.firstScoredRow + part.firstRow - chunk.prefixRows
            let inSequence = first.index - sequences[first.sequence].firstToken
            kernels.token_statistics(
              part.rowCount, vocabulary, logits.pointer + row * step, step, temperature,
              tokens + first.index,
              behavior.map { $0.base + ($0.firstRows[first.sequence] + inSequence) * vocabulary },
              vocabulary, figures.advanced(by: first.index),
              scratches[worker].distribution.pointer)
          }
        }
      }
    }
    result.spread(from: layout.owners)
    return result
  }

  /// A copy of the logits of the last `forward`, `[responseTokenCount, V]`.
  public func copyLogits() -> [Scalar] {
    let vocabulary = configuration.vocabularySize
    let step = PaddedWidths(configuration).vocabulary
    return Array(unsafeUninitializedCapacity: batch.responseTokenCount * vocabulary) {
      target, count in
      for (token, row) in layout.scoredRows.enumerated() {
        for index in 0..<vocabulary {
          target.initializeElement(
            at: token * vocabulary + index, to: logits.pointer[Int(row) * step + index])
        }
      }
      count = batch.responseTokenCount * vocabulary
    }
  }

  /// Computes the gradient Σ coefficient · ∂ log π(token) / ∂ parameters.
  ///
  /// - Parameters:
  ///   - coefficients: d loss / d log π of every response token, flat. Chunks in which all are
  ///     zero are skipped; sequences of sign 0 have chunks of their own.
  ///   - temperature: the one that the log-probabilities were taken at.
  /// - Precondition: the last `forward` kept its activations, of this very policy.
  @specialized(where Scalar == Float)
  public func backward(
    _ policy: TransformerPolicy<Scalar>, coefficients: [Double], temperature: Double,
    into gradients: GradientSet<Scalar>
  ) {
    precondition(keepsActivations, "the forward pass kept no activations")
    precondition(
      coefficients.count == batch.responseTokenCount,
      "got \(coefficients.count) coefficients for \(batch.responseTokenCount) tokens")
    precondition(
      policy.version == policyVersion, "the policy has changed since the forward pass")
    let context = ModelContext(policy, threads: threads)
    for scratch in scratches {
      scratch.reserveBackward(context, rows: layout.largestChunk, keys: layout.longestRun)
    }
    let coefficients = gatherAtOwners(coefficients)
    let shares = laneShares(coefficients)
    differentiatedRowCount = shares.joined().reduce(0) { $0 + $1.rowCount }
    reserveLanes(shares)
    layout.withRows { rows in
      coefficients.withUnsafeBufferPointer { coefficients in
        batch.responseTokens.withUnsafeBufferPointer { responses in
          guard let coefficients = coefficients.baseAddress, let responses = responses.baseAddress
          else { return }
          Workers.perform(items: shares.count, threads: threads) { worker, lane in
            clearLane(lane, shares[lane])
            for chunk in shares[lane] {
              let pass = ChunkPass(
                context: context, chunk: chunk, rows: rows, scratch: scratches[worker])
              let kept = memory(of: chunk, scratches[worker])
              if !isKept(chunk) { pass.forward(kept) }
              let gradient = laneGradients[lane][GradientSet<Scalar>.part(of: chunk.sign)].pointer
              pass.projectBackward(
                kept.output, logits: logits.pointer, responseTokens: responses,
                coefficients: coefficients, temperature: temperature, gradient: gradient)
              pass.backward(kept.layers, gradient: gradient)
            }
          }
        }
      }
    }
    let sources = (0..<3).map { part in
      shares.indices
        .filter { lane in
          shares[lane].contains { GradientSet<Scalar>.part(of: $0.sign) == part }
        }
        .map { laneGradients[$0][part].pointer }
    }
    gradients.gather(sources, kernels: context.kernels, threads: threads)
  }

  /// Each token's coefficient added to that of the one it shares its row and its gradient with.
  private func gatherAtOwners(_ coefficients: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: coefficients.count)
    for (token, owner) in layout.owners.enumerated() { sums[Int(owner)] += coefficients[token] }
    return sums
  }

  /// The chunks with work to do, in order, cut into lanes of about equal numbers of rows.
  private func laneShares(_ coefficients: [Double]) -> [[BatchLayout.Chunk]] {
    let active = layout.chunks.filter { chunk in
      chunk.predictions.contains { part in
        let first = part.firstToken.index
        return coefficients[first..<first + part.rowCount].contains { $0 != 0 }
      }
    }
    let total = active.reduce(0) { $0 + $1.rowCount }
    var shares: [[BatchLayout.Chunk]] = Array(repeating: [], count: lanes)
    var done = 0
    for chunk in active {
      let middle = done + chunk.rowCount / 2
      shares[min(lanes - 1, middle * lanes / max(total, 1))].append(chunk)
      done += chunk.rowCount
    }
    return shares
  }

  private func reserveLanes(_ shares: [[BatchLayout.Chunk]]) {
    let count = ParameterTable(configuration: configuration).totalCount
    for (lane, share) in shares.enumerated() {
      for chunk in share {
        laneGradients[lane][GradientSet<Scalar>.part(of: chunk.sign)].reserve(count)
      }
    }
  }

  private func clearLane(_ lane: Int, _ share: [BatchLayout.Chunk]) {
    for part in Set(share.map { GradientSet<Scalar>.part(of: $0.sign) }) {
      let buffer = laneGradients[lane][part]
      buffer.pointer.clear(count: buffer.count)
    }
  }
}

extension TokenStatistics {
  /// Gives every token the figures of its owner.
  fileprivate mutating func spread(from owners: [Int32]) {
    for (token, owner) in owners.enumerated() where Int(owner) != token {
      let owner = Int(owner)
      logProbabilities[token] = logProbabilities[owner]
      entropies[token] = entropies[owner]
      squaredSums[token] = squaredSums[owner]
      if let divergence = divergences?[owner] { divergences?[token] = divergence }
    }
  }

  /// Lends the arrays to a kernel.
  mutating func withPointers(_ body: (nk_token_figures) -> Void) {
    logProbabilities.withUnsafeMutableBufferPointer { logProbabilities in
      entropies.withUnsafeMutableBufferPointer { entropies in
        squaredSums.withUnsafeMutableBufferPointer { squaredSums in
          guard let first = logProbabilities.baseAddress, let second = entropies.baseAddress,
            let third = squaredSums.baseAddress
          else { return }
          if divergences == nil {
            body(
              nk_token_figures(
                log_probability: first, entropy: second, squared_sum: third, divergence: nil))
          } else {
            divergences?.withUnsafeMutableBufferPointer { divergences in
              body(
                nk_token_figures(
                  log_probability: first, entropy: second, squared_sum: third,
                  divergence: divergences.baseAddress))
            }
          }
        }
      }
    }
  }
}

extension nk_token_figures {
  func advanced(by rows: Int) -> nk_token_figures {
    nk_token_figures(
      log_probability: log_probability + rows, entropy: entropy + rows,
      squared_sum: squared_sum + rows, divergence: divergence.map { $0 + rows })
  }
}
