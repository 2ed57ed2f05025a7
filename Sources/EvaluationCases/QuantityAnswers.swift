import PolicyObjectives

// The kinds about what surrounds an objective: aggregation, advantages, divergence, bounds.

extension EvaluationCase {
  /// Kind `aggregate`: the loss of given token losses, and each one's weight in it.
  func aggregateOutputs() throws(CaseError) -> [String: JSONValue] {
    try requireObjective("aggregate")
    try requireParameters(among: [
      "agg", "dp_size", "batch_num_tokens", "global_batch_size", "loss_scale_factor",
    ])
    guard let aggregation = try wordParameter("agg", as: LossAggregation.self) else {
      throw CaseError("agg is missing")
    }
    let normalizers = AggregationNormalizers(
      workerCount: try positiveParameter("dp_size") ?? 1,
      tokenCount: try positiveParameter("batch_num_tokens"),
      sequenceCount: try positiveParameter("global_batch_size"),
      tokenSumScale: try positiveParameter("loss_scale_factor"))
    let (values, rows, width) = try matrices(["token_loss", "mask"])
    let layout = TokenLayout(
      lengths: [Int](repeating: width, count: rows), mask: try Self.mask(values[1]))
    return [
      "loss": .number(
        aggregation.loss(
          ofTokenLosses: values[0], layout, normalizers: normalizers)),
      "weight": Self.matrix(
        aggregation.tokenWeights(layout, normalizers: normalizers), rows: rows,
        width: width),
    ]
  }

  /// Kind `advantage`: rewards with the label of their group, in any order.
  func advantageOutputs() throws(CaseError) -> [String: JSONValue] {
    try requireObjective("advantage")
    try requireParameters(among: ["normalize_std", "epsilon"])
    var estimator = GroupAdvantage(dividesByDeviation: true)
    switch parameters["normalize_std"] {
    case nil: break
    case .bool(let divides): estimator.dividesByDeviation = divides
    default: throw CaseError("normalize_std must be true or false")
    }
    if let epsilon = try positiveParameter("epsilon") { estimator.epsilon = epsilon }
    let rewards = try list("reward")
    guard case .array(let labels) = inputs["group"], labels.count == rewards.count else {
      throw CaseError("input 'group' must have one label per reward")
    }
    var advantages = [Double](repeating: 0, count: rewards.count)
    for members in Dictionary(grouping: labels.indices, by: { labels[$0] }).values {
      let group = estimator.advantages(ofRewards: members.map { rewards[$0] })
      for (member, advantage) in zip(members, group) { advantages[member] = advantage }
    }
    return ["advantage": .numbers(advantages)]
  }

  /// Kind `kl`: an estimator of the divergence from a reference policy.
  func divergenceOutputs() throws(CaseError) -> [String: JSONValue] {
    try requireObjective("kl")
    try requireParameters(among: ["kind"])
    guard let estimator = try wordParameter("kind", as: KLEstimator.self) else {
      throw CaseError("kind is missing")
    }
    let lists = try lists(["logp", "ref_logp"])
    let estimates = zip(lists[0], lists[1]).map {
      estimator.estimate(logProbability: $0, referenceLogProbability: $1)
    }
    return [
      "value": .numbers(estimates.map(\.value)), "grad": .numbers(estimates.map(\.gradient)),
    ]
  }

  /// Kind `derived`: the geometry of MASPO's gate; all but `max_ratio` null where A = 0.
  func derivedOutputs() throws(CaseError) -> [String: JSONValue] {
    guard let maspo = try configuredObjective() as? MASPOObjective else {
      throw CaseError("kind 'derived' is for objective 'maspo' only")
    }
    let lists = try lists(["old_logp", "advantage"])
    let gates = zip(lists[0], lists[1]).map {
      maspo.gateGeometry(behaviorLogProbability: $0, advantage: $1)
    }
    return [
      "sigma": .numbers(gates.map { $0?.sigma }),
      "one_sigma": .numbers(gates.map { $0?.oneSigmaRatio }),
      "half_gate": .numbers(gates.map { $0?.halfGateRatio }),
      "turnover": .numbers(gates.map { $0?.turnoverRatio }),
      "peak": .numbers(gates.map { $0?.peakPull }),
      "mass_at_one_sigma": .numbers(gates.map { $0?.massAtOneSigma }),
      "min_gate": .numbers(gates.map { $0?.minimumGate }),
      "equal_area_eps": .numbers(gates.map { $0?.equalAreaEpsilon }),
      "max_ratio": .numbers(
        lists[0].map { GateGeometry.maximumRatio(behaviorLogProbability: $0) }),
    ]
  }

  /// Kind `bounds`: the hard bounds of each token.
  func boundsOutputs() throws(CaseError) -> [String: JSONValue] {
    let objective = try configuredObjective()
    guard let clipping = objective as? any RatioClipping else {
      throw CaseError("\(type(of: objective).info.name) has no bounds that depend on π_old alone")
    }
    let ranges = try list("old_logp").map { clipping.clipRange(behaviorLogProbability: $0) }
    return [
      "lower": .numbers(ranges.map(\.lower)), "upper": .numbers(ranges.map(\.upper)),
      "max_ratio": .numbers(ranges.map(\.maximumRatio)),
      "feasible_upper": .numbers(ranges.map(\.feasibleUpper)),
      "mass_low": .numbers(ranges.map(\.massBelow)),
      "mass_high": .numbers(ranges.map(\.massAbove)),
    ]
  }
}
