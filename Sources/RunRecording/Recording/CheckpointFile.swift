import LocalFiles
import PolicyTraining
import RepeatableRandom
import TinyTransformer
import TrainingTelemetry

/// `checkpoint.safetensors`: the complete state of a run between two updates, and how long the
/// logs were at that moment.
struct CheckpointFile: Sendable {
  static let format = "maspo-checkpoint"

  var checkpoint: RunCheckpoint
  var logs: LogLengths

  /// The state of the logs when the checkpoint was taken: what lies behind was written later.
  struct LogLengths: Sendable, Hashable, Codable {
    var metricsBytes: Int
    var rolloutsBytes: Int
    var journalBytes: Int
    /// Commands taken before the checkpoint.
    var commandCount: Int
    /// Seconds for which the run was under way.
    var wallSeconds: Double
  }

  /// What is not a tensor, as JSON in the file's metadata under `state`.
  private struct State: Codable, PlausibleCounts {
    var position: UpdatePosition
    var promptsDrawn: Int
    var rolloutTokenCount: Int
    var optimizerStepCount: Int
    var knobs: KnobsCheckpoint
    var rollout: RolloutState?
    var logs: LogLengths

    var isPlausible: Bool {
      position.isPlausible && logs.isPlausible && rollout?.isPlausible ?? true
        && [promptsDrawn, rolloutTokenCount, optimizerStepCount]
          .allSatisfy(CountBounds.inRun.contains)
    }
  }

  private struct RolloutState: Codable, PlausibleCounts {
    var samplesPerPrompt: Int
    var epochs: Int
    var temperature: Double
    var prompts: [String]
    var maximumResponse: Int
    var vocabularySize: Int
    var metrics: RolloutMetrics

    var isPlausible: Bool {
      metrics.isPlausible && CountBounds.inIteration.contains(samplesPerPrompt)
        && CountBounds.inIteration.contains(epochs)
    }
  }
}

extension CheckpointFile.LogLengths: PlausibleCounts {
  var isPlausible: Bool {
    [metricsBytes, rolloutsBytes, journalBytes].allSatisfy { (0...1 << 60).contains($0) }
      && CountBounds.inRun.contains(commandCount) && (0...1e12).contains(wallSeconds)
  }
}

extension CheckpointFile {
  /// What the first checkpoint of a run would be: for one that was killed before it.
  static func beginning(
    of configuration: RunConfiguration, base: BasePolicy
  ) throws -> CheckpointFile {
    CheckpointFile(
      checkpoint: try TrainingRun(configuration, base: base).checkpoint,
      logs: LogLengths(
        metricsBytes: 0, rolloutsBytes: 0, journalBytes: 0, commandCount: 0, wallSeconds: 0))
  }

  func encoded(model: TransformerConfiguration) -> [UInt8] {
    let rollout = checkpoint.rollout
    let state = State(
      position: checkpoint.position, promptsDrawn: checkpoint.promptsDrawn,
      rolloutTokenCount: checkpoint.rolloutTokenCount,
      optimizerStepCount: checkpoint.optimizer.stepCount, knobs: checkpoint.knobs,
      rollout: rollout.map { rollout in
        RolloutState(
          samplesPerPrompt: rollout.samplesPerPrompt, epochs: rollout.epochs,
          temperature: rollout.temperature, prompts: rollout.prompts,
          maximumResponse: rollout.tokens.maximumResponse,
          vocabularySize: rollout.tokens.vocabularySize, metrics: rollout.metrics)
      },
      logs: logs)
    var archive = SafetensorsArchive(
      metadata: [
        "format": Self.format, "version": "1",
        "state": String(decoding: JSONText.encode(state), as: UTF8.self),
        "weights_digest": FNV1a(checkpoint.parameters).digits,
      ],
      tensors: Self.tensors(of: checkpoint.parameters, model: model))
    archive.tensors += [
      .init("optimizer.first_moments", checkpoint.optimizer.firstMoments),
      .init("optimizer.second_moments", checkpoint.optimizer.secondMoments),
    ]
    if let rollout { archive.tensors += Self.tensors(of: rollout) }
    archive.sign()
    return archive.encoded()
  }

  /// The parameters under their names in the table.
  static func tensors(
    of parameters: [Float], model: TransformerConfiguration
  ) -> [SafetensorsArchive.Tensor] {
    ParameterTable(configuration: model).entries.map { entry in
      .init(
        entry.name, shape: entry.shape,
        Array(parameters[entry.offset..<entry.offset + entry.count]))
    }
  }

  private static func tensors(of rollout: RolloutCheckpoint) -> [SafetensorsArchive.Tensor] {
    let tokens = rollout.tokens
    let shape = [tokens.sequenceCount, tokens.maximumResponse]
    return [
      .init("rollout.tokens", shape: shape, tokens.tokens),
      .init("rollout.lengths", tokens.lengths.map { Int32($0) }),
      .init("rollout.truncated", tokens.isTruncated.map { UInt8($0 ? 1 : 0) }),
      .init("rollout.log_probabilities", shape: shape, tokens.logProbabilities),
      .init("rollout.entropies", shape: shape, tokens.entropies),
      .init("rollout.squared_sums", shape: shape, tokens.squaredSums),
      .init("rollout.logits", shape: shape + [tokens.vocabularySize], tokens.logits),
      .init("rollout.rewards", rollout.rewards),
      .init("rollout.advantages", rollout.advantages),
      .init("rollout.minibatches", rollout.minibatches.joined().map { Int32($0) }),
      .init("rollout.minibatch_sizes", rollout.minibatches.map { Int32($0.count) }),
    ]
  }
}

extension CheckpointFile {
  /// Reads a checkpoint's bytes.
  ///
  /// - Throws: `RecordingError.malformed`, also when the content does not have its digest, or counts
  ///   what no run counts.
  init(
    decoding bytes: [UInt8], path: String, model: TransformerConfiguration
  ) throws(RecordingError) {
    let archive = try SafetensorsArchive(decoding: bytes, path: path)
    guard archive.metadata["format"] == Self.format, archive.metadata["version"] == "1",
      let text = archive.metadata["state"],
      let state = JSONText.decode(State.self, from: text.utf8)
    else { throw .malformed(path: path, reason: "it is no checkpoint of this format") }
    let reader = ArchiveReader(archive: archive, path: path)
    try reader.checkSignature()
    guard state.isPlausible else { throw reader.malformed("its state counts what no run counts") }
    let parameters = try reader.parameters(model: model)
    checkpoint = RunCheckpoint(
      position: state.position, promptsDrawn: state.promptsDrawn,
      rolloutTokenCount: state.rolloutTokenCount, knobs: state.knobs, parameters: parameters,
      optimizer: AdamW<Float>.State(
        stepCount: state.optimizerStepCount,
        firstMoments: try reader.elements("optimizer.first_moments", count: parameters.count),
        secondMoments: try reader.elements("optimizer.second_moments", count: parameters.count)),
      rollout: try state.rollout.map { rollout throws(RecordingError) in
        try Self.rollout(rollout, from: reader)
      })
    logs = state.logs
  }

  private static func rollout(
    _ state: RolloutState, from reader: ArchiveReader
  ) throws(RecordingError) -> RolloutCheckpoint {
    let lengths: [Int32] = try reader.elements("rollout.lengths")
    let extents = 1...(1 << 16)
    guard extents.contains(state.maximumResponse), extents.contains(state.vocabularySize),
      lengths.allSatisfy({ (1...state.maximumResponse).contains(Int($0)) })
    else { throw reader.malformed("its answers have impossible lengths") }
    let count = lengths.count * state.maximumResponse
    let truncated: [UInt8] = try reader.elements("rollout.truncated", count: lengths.count)
    let tokens = RolloutTokens<Float>(
      maximumResponse: state.maximumResponse, vocabularySize: state.vocabularySize,
      tokens: try reader.elements("rollout.tokens", count: count),
      lengths: lengths.map { Int($0) }, isTruncated: truncated.map { $0 != 0 },
      logProbabilities: try reader.elements("rollout.log_probabilities", count: count),
      entropies: try reader.elements("rollout.entropies", count: count),
      squaredSums: try reader.elements("rollout.squared_sums", count: count),
      logits: try reader.elements("rollout.logits", count: count * state.vocabularySize))
    let order: [Int32] = try reader.elements("rollout.minibatches")
    let sizes: [Int32] = try reader.elements("rollout.minibatch_sizes")
    guard sizes.allSatisfy({ $0 >= 0 }), sizes.reduce(0, { $0 + Int($1) }) == order.count else {
      throw reader.malformed("its minibatches have impossible sizes")
    }
    var start = 0
    let minibatches = sizes.map { size in
      defer { start += Int(size) }
      return order[start..<start + Int(size)].map { Int($0) }
    }
    return RolloutCheckpoint(
      samplesPerPrompt: state.samplesPerPrompt, epochs: state.epochs,
      temperature: state.temperature, prompts: state.prompts, tokens: tokens,
      rewards: try reader.elements("rollout.rewards"),
      advantages: try reader.elements("rollout.advantages"), minibatches: minibatches,
      metrics: state.metrics)
  }
}

/// `base.safetensors`: the policy with which the run began.
enum BasePolicyFile {
  static let format = "maspo-base-policy"

  static func encoded(_ base: BasePolicy, model: TransformerConfiguration) -> [UInt8] {
    var archive = SafetensorsArchive(
      metadata: [
        "format": format, "version": "1", "average": "\(base.average)", "pass": "\(base.pass)",
        "attempt": "\(base.attempt)", "weights_digest": FNV1a(base.parameters).digits,
      ],
      tensors: CheckpointFile.tensors(of: base.parameters, model: model))
    archive.sign()
    return archive.encoded()
  }

  static func decode(
    _ bytes: [UInt8], path: String, model: TransformerConfiguration
  ) throws(RecordingError) -> BasePolicy {
    let archive = try SafetensorsArchive(decoding: bytes, path: path)
    let words = archive.metadata
    guard words["format"] == format, words["version"] == "1",
      let average = words["average"].flatMap(Double.init),
      let pass = words["pass"].flatMap(Double.init),
      let attempt = words["attempt"].flatMap({ Int($0) }),
      CountBounds.inIteration.contains(attempt)
    else { throw .malformed(path: path, reason: "it is no base policy of this format") }
    let reader = ArchiveReader(archive: archive, path: path)
    try reader.checkSignature()
    return BasePolicy(
      parameters: try reader.parameters(model: model),
      average: average, pass: pass, attempt: attempt)
  }
}

/// Takes tensors out of an archive, with checks.
struct ArchiveReader {
  let archive: SafetensorsArchive
  let path: String

  func malformed(_ reason: String) -> RecordingError { .malformed(path: path, reason: reason) }

  /// The elements of a tensor, as many as expected.
  func elements<Element: SafetensorsElement>(
    _ name: String, count: Int? = nil
  ) throws(RecordingError) -> [Element] {
    guard let elements = archive[name]?.elements(of: Element.self) else {
      throw malformed("\(name) is missing or of another type")
    }
    guard count == nil || elements.count == count else {
      throw malformed("\(name) has \(elements.count) elements instead of \(count ?? 0)")
    }
    return elements
  }

  /// Compares everything in the archive with the digest that it names; files of older programs name
  /// none.
  func checkSignature() throws(RecordingError) {
    guard let digest = archive.metadata[SafetensorsArchive.digestKey] else { return }
    guard archive.digest(without: SafetensorsArchive.digestKey) == digest else {
      throw malformed("its content does not have the digest that it names")
    }
  }

  /// All parameters in table order, after comparing them with their digest.
  func parameters(model: TransformerConfiguration) throws(RecordingError) -> [Float] {
    var parameters: [Float] = []
    for entry in ParameterTable(configuration: model).entries {
      parameters += try elements(entry.name, count: entry.count)
    }
    guard archive.metadata["weights_digest"] == FNV1a(parameters).digits else {
      throw malformed("its weights do not have the digest that it names")
    }
    return parameters
  }
}

extension SafetensorsArchive {
  fileprivate static let digestKey = "content_digest"

  /// Notes the digest of everything that the archive holds so far.
  fileprivate mutating func sign() {
    metadata[Self.digestKey] = digest(without: Self.digestKey)
  }
}
