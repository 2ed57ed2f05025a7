public import TrainingTelemetry

/// Requests on their way to the trainer: shown at once, so that a key answers before the next
/// snapshot does. Each is forgotten when a snapshot confirms it, or after `patience` (the trainer
/// may refuse a request, with a notice).
public struct OutstandingRequests: Sendable, Equatable {
  /// Seconds after which a request that no snapshot confirms no longer counts.
  public static let patience = 3.0

  public struct Request<Value: Sendable & Equatable>: Sendable, Equatable {
    public var value: Value
    public var time: Double

    public init(_ value: Value, at time: Double) {
      self.value = value
      self.time = time
    }
  }

  public var knobs: [String: Request<PendingValue>] = [:]
  public var mode: Request<RunStatus.Mode>?
  public var pace: Request<Double?>?
  public var group: Request<Int>?
  public var objective: Request<String>?
  /// The prompt to pin; `nil` in the request is none.
  public var pin: Request<String?>?

  public init() {}

  public var isEmpty: Bool {
    knobs.isEmpty && mode == nil && pace == nil && group == nil && objective == nil
      && pin == nil
  }

  /// Drops what `snapshot` confirms and what is older than the patience.
  public mutating func settle(with snapshot: TrainingSnapshot, at time: Double) {
    if !knobs.isEmpty {
      knobs = knobs.filter { name, request in
        guard !isStale(request, at: time), let knob = snapshot.knob(named: name) else {
          return false
        }
        return (knob.pending ?? PendingValue(value: knob.value)) != request.value
      }
    }
    let status = snapshot.status
    if let request = mode, isStale(request, at: time) || request.value == status.mode {
      mode = nil
    }
    if let request = pace, isStale(request, at: time) || request.value == status.paceLimit {
      pace = nil
    }
    if let request = group,
      isStale(request, at: time) || request.value == snapshot.rollout?.group.index
    {
      group = nil
    }
    if let request = objective,
      isStale(request, at: time)
        || request.value == status.nextObjective ?? status.objective
    {
      objective = nil
    }
    if let request = pin, isStale(request, at: time) || request.value == snapshot.pinned?.prompt {
      pin = nil
    }
  }

  private func isStale<Value>(_ request: Request<Value>, at time: Double) -> Bool {
    time - request.time >= Self.patience
  }
}
