extension MASPOObjective {
  /// The same in single precision, by `MASPOKernel`: ρ, F and the gradient are within 4e-6 of
  /// `evaluate`, relative to max(1, ρ), and the loss within 4e-6 of the sum of its terms' sizes.
  ///
  /// 1 − F keeps an absolute precision of 1e-7, three decades below the least step that a screen
  /// tells apart. `tokenLosses` are left out.
  public func evaluateForTraining(_ batch: TokenBatch) -> ObjectiveEvaluation {
    let count = batch.tokenCount
    let weights = aggregation.tokenWeights(batch.layout)
    let inputs = [
      batch.behaviorLogProbabilities, batch.logProbabilities, batch.advantages, weights,
    ].map { $0.map(Float.init) }
    let outputs = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(1, 3 * count))
    defer { outputs.deallocate() }
    func column(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
      UnsafeMutableBufferPointer(rebasing: outputs[index * count..<(index + 1) * count])
    }
    let loss = MASPOKernel<Float>(self).evaluate(
      behavior: inputs[0], current: inputs[1], advantage: inputs[2], weight: inputs[3],
      gradient: column(0), ratio: column(1), gate: column(2))
    let ratios = column(1).map(Double.init)
    return ObjectiveEvaluation(
      loss: loss, gradient: column(0).map(Double.init), ratios: ratios,
      gates: column(2).map(Double.init), weights: weights,
      diagnostics: diagnostics(of: tally(of: batch, ratios: ratios)))
  }

  /// The sums of the diagnostics, at ratios that are already known.
  private func tally(of batch: TokenBatch, ratios: [Double]) -> TokenTally {
    var tally = TokenTally()
    for index in batch.logProbabilities.indices where batch.layout.isUnmasked(index) {
      let distance = batch.logProbabilities[index] - batch.behaviorLogProbabilities[index]
      let wouldBe = Self.hardClip.replacement(
        ratio: ratios[index], advantage: batch.advantages[index])
      tally.add(logRatio: clamped(distance, to: logRatioLimit), wouldBe?.event ?? .none)
    }
    return tally
  }
}
