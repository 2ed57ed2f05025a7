internal import Dispatch
public import FoundationEssentials
internal import TinyTransformer
public import TrainingTelemetry

/// Where a run's base policy comes from: the cache, else a warm start whose result is cached.
public struct BasePolicySource {
  let configuration: RunConfiguration
  let cacheFolder: URL

  /// The source of the base policy that `configuration` asks for.
  ///
  /// - Parameter cacheFolder: where base policies are kept; `nil` is the user's cache.
  public init(_ configuration: RunConfiguration, cacheFolder: URL? = nil) {
    self.configuration = configuration
    self.cacheFolder = cacheFolder ?? BasePolicyCache.defaultFolder
  }

  /// Everything that determines the base policy as one line: task and its parameters, base seed,
  /// model, warm start, and a digest of this machine's arithmetic.
  public var key: String? {
    WarmStart(configuration: configuration).fingerprint().map {
      BasePolicyCache(configuration: configuration, fingerprint: $0).key
    }
  }

  /// Called with progress or with something a person should know; `false` asks to stop.
  public typealias Observer = (WarmStartProgress?, Notice?) -> Bool

  /// - Returns: the base policy, or `nil` if the observer asked to stop.
  /// - Throws: `WarmStartError.stalled`.
  public func find(observer: Observer) throws -> BasePolicy? {
    let warmStart = WarmStart(configuration: configuration)
    guard let fingerprint = warmStart.fingerprint() else { return nil }
    let cache = BasePolicyCache(
      configuration: configuration, fingerprint: fingerprint, folder: cacheFolder)
    switch cache.load(parameterCount: ParameterTable(configuration: configuration.model).totalCount)
    {
    case .found(let policy): return policy
    case .absent: break
    case .damaged(let reason):
      guard observer(nil, notice(.warning, "cached base policy not used: \(reason); rebuilding"))
      else { return nil }
    }
    guard let policy = try make(warmStart, observer: observer) else { return nil }
    do {
      try cache.store(policy)
    } catch {
      _ = observer(
        nil,
        notice(
          .warning,
          "the base policy could not be cached in \(cache.folder.path): \(error.systemReason)"))
    }
    return policy
  }

  private func make(_ warmStart: WarmStart, observer: Observer) throws -> BasePolicy? {
    var attemptSeen = 1
    var attemptStarted = DispatchTime.now().uptimeNanoseconds
    let steps = configuration.warmStart.steps
    let policy = try warmStart.run { step, loss, attempt in
      let now = DispatchTime.now().uptimeNanoseconds
      if attempt != attemptSeen {
        attemptSeen = attempt
        attemptStarted = now
        let text = "initialization \(attempt - 1) stalled; trying the next one of the same seed"
        guard observer(nil, notice(.information, text)) else { return false }
      }
      let elapsed = Double(now - attemptStarted) * 1e-9
      let left = elapsed / Double(max(1, step)) * Double(steps - step)
      return observer(
        WarmStartProgress(
          step: step, stepCount: steps, loss: loss, attempt: attempt,
          secondsLeft: step < steps ? max(1, left.rounded(.up)) : 0), nil)
    }
    if let policy {
      let score = "Avg \(policy.average), Pass \(policy.pass)"
      _ = observer(
        nil,
        notice(
          .information, "base policy ready: held-out \(score), initialization \(policy.attempt)"))
    }
    return policy
  }

  private func notice(_ level: Notice.Level, _ text: String) -> Notice {
    Notice(level: level, text: text, updatesBefore: 0)
  }
}
