import PolicyObjectives
import RepeatableRandom
import Testing

/// What every objective must satisfy; a new entry of the catalog inherits these.
@Suite struct CatalogPropertyTests {
  /// With ratios of exactly 1 every objective is the plain policy gradient, g = −A.
  @Test(arguments: ObjectiveCatalog.names)
  func onPolicyTheGradientIsThePlainOne(name: String) throws {
    let objective = try ObjectiveCatalog.objective(named: name)
    for seed in 0..<30 {
      let batch = ObjectiveSamples.batch(seed: seed, isOnPolicy: true)
      let evaluation = objective.evaluate(batch)
      let weights =
        evaluation.weights
        ?? objective.aggregation.tokenWeights(batch.layout)
      let advantages = evaluation.shapedAdvantages ?? batch.advantages
      var dropped = 0
      for index in batch.mask.indices where batch.mask[index] {
        if name == "clip_cov", evaluation.gates?[index] == 0 {
          dropped += 1
          continue
        }
        // GMPO divides by all rows, empty ones included.
        let emptyRows = (0..<batch.sequenceCount).count { row in
          !batch.mask[row * batch.width..<(row + 1) * batch.width].contains(true)
        }
        let scale =
          name == "gmpo"
          ? Double(batch.sequenceCount - emptyRows) / Double(batch.sequenceCount) : 1
        #expect(
          agree(
            evaluation.gradient[index], -advantages[index] * weights[index] * scale,
            tolerance: name == "gmpo" ? 1e-7 : 0), "seed \(seed), token \(index)")
      }
      #expect(dropped <= 1, "seed \(seed)")
    }
  }

  @Test(arguments: ObjectiveCatalog.names)
  func maskedTokensChangeNothing(name: String) throws {
    let objective = try ObjectiveCatalog.objective(named: name)
    for seed in 0..<10 {
      let batch = ObjectiveSamples.batch(seed: seed)
      for aggregation in LossAggregation.allCases {
        let plain = objective.evaluate(batch.fillingMasked(with: 0), aggregation: aggregation)
        for value in [Double.nan, .infinity, -3] {
          let other = objective.evaluate(
            batch.fillingMasked(with: value), aggregation: aggregation)
          #expect(plain.loss.isFinite && other.loss == plain.loss, "seed \(seed)")
          #expect(other.gradient == plain.gradient)
          #expect(other.tokenLosses == plain.tokenLosses)
          #expect(other.ratios == plain.ratios)
          #expect(other.gates == plain.gates)
          #expect(other.weights == plain.weights)
          #expect(other.shapedAdvantages == plain.shapedAdvantages)
          #expect(other.sequenceRatios == plain.sequenceRatios)
          #expect(other.diagnostics == plain.diagnostics)
          #expect(other.context == plain.context)
        }
        for index in batch.mask.indices where !batch.mask[index] {
          #expect(plain.gradient[index] == 0 && plain.ratios[index] == 0)
        }
      }
    }
  }

  /// A masked token is as good as one that is not there: sequences of any length need no padding.
  /// Only the longest sequence, which one of the aggregations divides by, may be another.
  @Test(arguments: ObjectiveCatalog.names)
  func raggedIsPaddedWithoutThePadding(name: String) throws {
    let objective = try ObjectiveCatalog.objective(named: name)
    for seed in 0..<20 {
      let padded = ObjectiveSamples.batch(seed: seed)
      let ragged = padded.withoutMasked()
      let places = padded.layout.unmaskedPlaces
      for aggregation in LossAggregation.allCases
      where aggregation != .sequenceMeanTokenSumNorm || ragged.width == padded.width {
        let one = objective.evaluate(padded, aggregation: aggregation)
        let other = objective.evaluate(ragged, aggregation: aggregation)
        #expect(other.loss == one.loss, "seed \(seed), \(aggregation)")
        #expect(other.gradient == places.map { one.gradient[$0] })
        #expect(other.ratios == places.map { one.ratios[$0] })
        #expect(other.gates == one.gates.map { gates in places.map { gates[$0] } })
        #expect(other.sequenceRatios == one.sequenceRatios)
        #expect(other.diagnostics == one.diagnostics)
        #expect(other.context == one.context)
      }
    }
  }

  @Test(arguments: ObjectiveCatalog.names)
  func theOrderOfSequencesIsIrrelevant(name: String) throws {
    let objective = try ObjectiveCatalog.objective(named: name)
    for seed in 0..<20 {
      let batch = ObjectiveSamples.batch(seed: seed)
      var generator = SeedPath(3).appending(seed).generator
      let order = generator.permutation(of: batch.sequenceCount)
      let plain = objective.evaluate(batch)
      let shuffled = objective.evaluate(batch.reordered(order))
      #expect(agree(shuffled.loss, plain.loss), "seed \(seed)")
      for (row, source) in order.enumerated() {
        for column in 0..<batch.width {
          #expect(
            agree(
              shuffled.gradient[row * batch.width + column],
              plain.gradient[source * batch.width + column]), "seed \(seed)")
        }
      }
      for (name, value) in plain.diagnostics {
        #expect(agree(shuffled.diagnostics[name] ?? .nan, value), "seed \(seed), \(name)")
      }
    }
  }

  @Test(arguments: ObjectiveCatalog.names)
  func aFullyMaskedBatchIsZero(name: String) throws {
    let objective = try ObjectiveCatalog.objective(named: name)
    var batch = ObjectiveSamples.batch(seed: 1)
    batch.mask = batch.mask.map { _ in false }
    for aggregation in LossAggregation.allCases {
      let evaluation = objective.evaluate(batch, aggregation: aggregation)
      #expect(evaluation.loss == 0)
      #expect(evaluation.gradient.allSatisfy { $0 == 0 })
      #expect(evaluation.weights?.allSatisfy { $0 == 0 } ?? true)
    }
  }

  @Test(arguments: ObjectiveCatalog.names)
  func aNaNInAnUnmaskedTokenReachesTheLoss(name: String) throws {
    let objective = try ObjectiveCatalog.objective(named: name)
    for seed in 0..<10 {
      var batch = ObjectiveSamples.batch(seed: seed)
      let place = try #require(batch.mask.firstIndex(of: true))
      let fields: [WritableKeyPath<TokenBatch, [Double]>] = [
        \.logProbabilities, \.behaviorLogProbabilities, \.advantages,
      ]
      for field in fields {
        let value = batch[keyPath: field][place]
        batch[keyPath: field][place] = .nan
        for aggregation in LossAggregation.allCases {
          #expect(objective.evaluate(batch, aggregation: aggregation).loss.isNaN)
        }
        batch[keyPath: field][place] = value
      }
    }
  }

  /// Where there is a gate per token, it is the gate of the hypothetical view, and the gradient
  /// is −A·ρ·F times the weight.
  @Test(arguments: ObjectiveCatalog.names)
  func gatesExplainTheGradient(name: String) throws {
    let objective = try ObjectiveCatalog.objective(named: name)
    for seed in 0..<20 {
      let batch = ObjectiveSamples.batch(seed: seed)
      let evaluation = objective.evaluate(batch)
      guard let gates = evaluation.gates else {
        #expect(["gspo", "gmpo", "kl_cov"].contains(name))
        return
      }
      let weights = try #require(evaluation.weights)
      let advantages = evaluation.shapedAdvantages ?? batch.advantages
      var dropped = 0
      for index in batch.mask.indices where batch.mask[index] {
        let gradient =
          -advantages[index] * evaluation.ratios[index] * gates[index] * weights[index]
        #expect(agree(evaluation.gradient[index], gradient), "seed \(seed), token \(index)")
        let gate = try #require(
          objective.gate(
            atRatio: evaluation.ratios[index],
            behaviorProbability: exponential(batch.behaviorLogProbabilities[index]),
            advantage: advantages[index], context: evaluation.context))
        if name == "clip_cov", gates[index] == 0, gate == 1 {
          dropped += 1
        } else {
          #expect(agree(gate, gates[index], tolerance: 1e-10), "seed \(seed), token \(index)")
        }
      }
      #expect(dropped <= 1)
    }
  }
}
