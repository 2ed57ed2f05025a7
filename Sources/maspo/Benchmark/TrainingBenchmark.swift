internal import FoundationEssentials
internal import PolicyTraining
internal import ReasoningTasks
internal import RepeatableRandom
internal import TinyTransformer
internal import TrainingTelemetry

/// Speed of the trainer: the reference configuration's iterations, the warm start, and how cost
/// grows with batch, context, width and layers.
struct TrainingBenchmark {
  let threads: Int
  let repetitions: Int

  /// Iterations before anything is timed.
  private static let warmUpIterations = 3

  /// `chain` under `steady`.
  private func reference() throws -> RunConfiguration {
    var configuration = RunConfiguration()
    configuration.apply(try Preset.named("steady"))
    configuration.threads = threads
    return configuration
  }

  /// Iterations of `chain` under `steady`, from a cached base policy, without screen, recording
  /// or evaluation.
  ///
  /// - Parameter peak: multiply-adds of the machine, operations per second.
  func iterations(peak: Double, notes: (String) -> Void) throws -> [BenchmarkReport.Figure] {
    let configuration = try reference()
    guard let base = try basePolicy(configuration, notes: notes) else { return [] }
    let run = try TrainingRun(configuration, base: base)
    var samples: [String: [Double]] = [:]
    for index in 0..<Self.warmUpIterations + repetitions {
      var rollout: RolloutMetrics?
      let before = run.computedRows
      let sampling = try seconds {
        for case .rollout(let metrics) in try run.beginIteration() { rollout = metrics }
      }
      let updating = try seconds {
        while !run.isIterationFinished { _ = try run.makeUpdate(.scalars) }
      }
      guard index >= Self.warmUpIterations, let rollout else { continue }
      let prompt =
        run.rollout?.groups.first.map {
          run.configuration.reasoningTask.vocabulary.encode(prompt: $0.prompt).count
        } ?? 0
      let answers = rollout.answerCount
      let positions = Double(rollout.tokenCount + answers * (prompt - 1))
      let length = rollout.tokenCount / answers
      let operations = Self.operations(
        configuration.model, promptLength: prompt, responseLength: length,
        tokens: Double(rollout.tokenCount), positions: positions)
      let rows = run.computedRows
      // A third of an update's arithmetic is forward.
      let computed = Self.operations(
        configuration.model, promptLength: prompt, responseLength: length,
        tokens: Double(rows.sampled - before.sampled),
        positions: Double(
          rows.forward - before.forward + 2 * (rows.differentiated - before.differentiated)) / 3)
      samples["rollout", default: []].append(Double(rollout.tokenCount) / sampling)
      samples["update", default: []].append(positions / updating)
      samples["iteration", default: []].append(1e3 * (sampling + updating))
      samples["share", default: []].append(
        (operations.rollout + operations.update) / (sampling + updating) / peak)
      samples["computed", default: []].append(
        (computed.rollout + computed.update) / (sampling + updating) / peak)
    }
    func figure(
      _ name: String, _ unit: String, _ key: String, _ meaning: String
    ) -> BenchmarkReport.Figure {
      BenchmarkReport.Figure(name, unit, samples[key] ?? [.nan], meaning)
    }
    return [
      figure("rollout", "tokens/s", "rollout", "256 answers sampled and verified"),
      figure("update", "positions/s", "update", "4 minibatches, forward to optimizer"),
      figure("iteration", "ms", "iteration", "one rollout and its 4 updates"),
      figure(
        "iteration / peak", "", "share",
        "arithmetic of every token and position, nothing shared, over the peak"),
      figure(
        "computed / peak", "", "computed",
        "arithmetic of the rows that were computed, over the peak"),
    ]
  }

  /// The base policy, from the cache or by a warm start.
  private func basePolicy(
    _ configuration: RunConfiguration, notes: (String) -> Void
  ) throws -> BasePolicy? {
    try BasePolicySource(configuration).find { progress, _ in
      if let progress, progress.step % 200 == 0 {
        notes("warm start: step \(progress.step) of \(progress.stepCount)")
      }
      return true
    }
  }

  /// Positions per second of the supervised warm start, from the first steps of one.
  func warmStart() throws -> BenchmarkReport.Figure {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-benchmark-\(UUID().uuidString)")
    let configuration = try reference()
    let task = configuration.reasoningTask
    let prompt = task.vocabulary.encode(prompt: task.prompt(0, split: .training, seed: SeedPath(1)))
    // Progress comes every ten steps; answers of this task are all of the longest length.
    let positions = Double(
      10 * configuration.warmStart.batchSize * (prompt.count + task.maximumResponseLength - 1))
    var samples: [Double] = []
    var last: ContinuousClock.Instant?
    _ = try BasePolicySource(configuration, cacheFolder: folder).find { progress, _ in
      guard progress != nil else { return true }
      let now = ContinuousClock.now
      if let last { samples.append(positions / ((now - last) / .seconds(1))) }
      last = now
      return samples.count < max(3, repetitions / 3)
    }
    return BenchmarkReport.Figure(
      "warm start", "positions/s", samples, "supervised steps of 64 demonstrations")
  }

  // MARK: Scaling

  /// A batch and a model of which one thing is varied.
  private struct Shape {
    var prompts = 16
    var promptLength = 11
    var responseLength = 24
    var width = 64
    var layers = 2

    var model: TransformerConfiguration {
      TransformerConfiguration(
        vocabularySize: Vocabulary.arithmetic.size, width: width, layerCount: layers,
        headCount: width / 16,
        hiddenWidth: width * 11 / 4, contextLength: promptLength + responseLength)
    }
  }

  /// Rollout and update with batch, context, width and layers varied one at a time around the
  /// reference configuration; random weights, random prompts, every answer of full length.
  func scaling() -> [BenchmarkReport.ScalingPoint] {
    let variables: [(name: String, values: [Int], set: (inout Shape, Int) -> Void)] = [
      ("batch", [64, 128, 256, 512, 1024], { $0.prompts = $1 / 16 }),
      (
        "context", [16, 35, 64, 128, 256],
        { shape, value in
          shape.promptLength = value * 11 / 35
          shape.responseLength = value - shape.promptLength
        }
      ),
      ("width", [32, 64, 128, 256], { $0.width = $1 }),
      ("layers", [1, 2, 4, 8], { $0.layers = $1 }),
    ]
    return variables.flatMap { variable in
      variable.values.map { value in
        var shape = Shape()
        variable.set(&shape, value)
        return point(variable.name, value, shape)
      }
    }
  }

  private func point(
    _ variable: String, _ value: Int, _ shape: Shape
  ) -> BenchmarkReport.ScalingPoint {
    let model = shape.model
    let policy = TransformerPolicy<Float>(configuration: model, seed: SeedPath(1))
    let sampler = Sampler<Float>(configuration: model, threads: threads)
    var generator = SeedPath(2).generator
    let prompts = (0..<shape.prompts).map { _ in
      (0..<shape.promptLength).map { _ in
        Int32(generator.integer(below: Vocabulary.arithmetic.size))
      }
    }
    // A token that no vocabulary holds: nothing ends early.
    let request = Sampler<Float>.Request(
      samplesPerPrompt: 16, maximumResponse: shape.responseLength, temperature: 1, endToken: -1)
    var rollout: RolloutTokens<Float>?
    let sampling = median {
      rollout = sampler.sample(policy, prompts: prompts, request) {
        SeedPath(3).appending($0).generator
      }
    }
    let engine = ForwardBackward<Float>(configuration: model, threads: threads)
    let gradients = GradientSet<Float>(configuration: model)
    let optimizer = AdamW<Float>(configuration: model)
    let sequences = shape.prompts * 16
    let updating = median {
      for part in 0..<4 {
        var batch = SequenceBatch()
        for sequence in part * sequences / 4..<(part + 1) * sequences / 4 {
          guard let rollout else { return }
          batch.append(
            prompt: prompts[sequence / 16], response: rollout.response(sequence),
            sign: sequence % 2 == 0 ? 1 : -1)
        }
        engine.forward(policy, batch)
        _ = engine.tokenStatistics(temperature: 1)
        let coefficients = [Double](repeating: 1e-9, count: batch.responseTokenCount)
        engine.backward(policy, coefficients: coefficients, temperature: 1, into: gradients)
        optimizer.step(policy, gradients, learningRate: 1e-12, threads: threads)
      }
    }
    let operations = Self.operations(
      model, promptLength: shape.promptLength, responseLength: shape.responseLength,
      tokens: Double(sequences * shape.responseLength),
      positions: Double(sequences * (shape.promptLength + shape.responseLength - 1)))
    return BenchmarkReport.ScalingPoint(
      variable: variable, value: value, rolloutMilliseconds: 1e3 * sampling,
      updateMilliseconds: 1e3 * updating, rolloutOperations: operations.rollout,
      updateOperations: operations.update)
  }

  /// The median time of a few runs, after one that does not count.
  private func median(_ body: () -> Void) -> Double {
    body()
    let times = (0..<max(3, repetitions / 6)).map { _ in seconds(body) }.sorted()
    return times[times.count / 2]
  }

  private static func operations(
    _ model: TransformerConfiguration, promptLength: Int, responseLength: Int, tokens: Double,
    positions: Double
  ) -> (rollout: Double, update: Double) {
    let token = model.operationsPerSampledToken(
      promptLength: promptLength, responseLength: responseLength)
    let position = model.operationsPerUpdatePosition(
      promptLength: promptLength, responseLength: responseLength)
    return (tokens * token, positions * position)
  }
}
