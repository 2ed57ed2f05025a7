internal import PolicyObjectives
internal import ReasoningTasks
internal import TinyTransformer
internal import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// A number that must not be used: the run stops on its last good state.
public struct NonFiniteError: Error, Hashable, CustomStringConvertible {
  /// Update, prompt, token and term, in words.
  public let description: String
}

/// Looks for the first number of an update that is not finite, and says where it is.
struct FinitenessCheck {
  let tokens: MinibatchTokens
  let experience: Rollout
  let position: UpdatePosition

  /// Goes through the terms of each token in the order in which they follow from each other, so
  /// that the cause is named and not what it brought about.
  ///
  /// - Throws: `NonFiniteError` that names update, prompt, answer, token, term and value.
  func check(_ evaluation: ObjectiveEvaluation) throws(NonFiniteError) {
    let batch = tokens.batch
    let terms: [(name: String, values: [Double])] = [
      ("log π_old", batch.behaviorLogProbabilities), ("log π", batch.logProbabilities),
      ("the advantage A", evaluation.shapedAdvantages ?? batch.advantages),
      ("the ratio ρ", evaluation.ratios), ("the gate F", evaluation.gates ?? []),
      ("the weight w", evaluation.weights ?? []),
      ("the objective's gradient", evaluation.gradient),
      ("the loss", evaluation.tokenLosses ?? []),
    ]
    for token in batch.logProbabilities.indices {
      for term in terms where !term.values.isEmpty && !term.values[token].isFinite {
        throw NonFiniteError(
          description: "\(update), \(place(of: token)): \(term.name) is \(term.values[token])")
      }
    }
    guard evaluation.loss.isFinite else {
      throw NonFiniteError(description: "\(update): the loss is \(evaluation.loss)")
    }
  }

  /// What is known of a gradient that is not finite: every token's part was, so the parameter is
  /// named that it shows in first, and the token that pushes most.
  func error(
    ofGradient gradients: GradientSet<Float>, _ policy: TransformerPolicy<Float>,
    _ evaluation: ObjectiveEvaluation
  ) -> NonFiniteError {
    let total = gradients.total
    let table = ParameterTable(configuration: policy.configuration)
    let entry = table.entries.first { entry in
      total[entry.offset..<entry.offset + entry.count].contains { !$0.isFinite }
    }
    let largest = evaluation.gradient.indices.max {
      abs(evaluation.gradient[$0]) < abs(evaluation.gradient[$1])
    }
    return NonFiniteError(
      description: "\(update): the gradient's norm is \(gradients.totalNorm)"
        + (entry.map { ", first in \($0.name)" } ?? "")
        + (largest.map { "; the largest push is that of \(place(of: $0))" } ?? ""))
  }

  private var update: String { "update \(position.total)" }

  /// `prompt 3+4=, answer 2, token 5 '7'`.
  private func place(of token: Int) -> String {
    let rows = tokens.batch.layout.sequences
    let row = rows.firstIndex { $0.contains(token) } ?? 0
    let sequence = tokens.sequences[row]
    let column = token - rows[row].lowerBound
    let response = experience.tokens.response(sequence)
    let symbol = response.dropFirst(column).first.map {
      " '\(experience.vocabulary.symbol(of: $0))'"
    }
    return "prompt \(experience.prompts[sequence / experience.samplesPerPrompt]), answer "
      + "\(sequence % experience.samplesPerPrompt + 1), token \(column + 1)\(symbol ?? "")"
  }
}

extension Rollout {
  /// What the tokens of some sequences print, one character each.
  func symbols(of sequences: [Int]) -> String {
    sequences.map { tokens.response($0).map(vocabulary.symbol).joined() }.joined()
  }
}
