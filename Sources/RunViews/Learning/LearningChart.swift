import TerminalCanvas
import Theming

extension LearningModel {
  /// What a curve shows.
  enum Quantity: Sendable, Hashable, CaseIterable {
    case reward, average, pass, kl, entropy, zeroVarianceGroups
    case gradient, positiveGradient, negativeGradient

    /// What stands beside the curve.
    var name: String {
      switch self {
      case .reward: "reward"
      case .average: "Avg"
      case .pass: "Pass"
      case .kl: "KL"
      case .entropy: "H"
      case .zeroVarianceGroups: "equal"
      case .gradient: "‖g‖"
      case .positiveGradient: "‖g₊‖"
      case .negativeGradient: "‖g₋‖"
      }
    }

    var role: ThemeRole {
      switch self {
      case .reward: .rewardCurve
      case .average: .evaluationCurve
      case .pass: .reference
      case .kl: .klCurve
      case .entropy: .entropyCurve
      case .zeroVarianceGroups: .warning
      case .gradient: .text
      case .positiveGradient: .positive
      case .negativeGradient: .negative
      }
    }
  }

  /// Curves that share a chart.
  public struct Chart: Sendable, Hashable {
    var view: LearningView
    var title: String
    var quantities: [Quantity]
    var range: ClosedRange<Double>?
    var unit = ""
    /// Shares of 0 to 1 read best on a linear axis.
    public var allowsLogarithm = false
    var scale = AxisScale.linear

    /// Those of a view, the most telling first.
    public static func all(of view: LearningView) -> [Chart] {
      view == .overview ? all : all.filter { $0.view == view }
    }

    private static let all = [
      Chart(
        view: .scores, title: "reward and held-out", quantities: [.pass, .average, .reward],
        range: 0...1),
      Chart(
        view: .kl, title: "KL(old‖π), nats per token", quantities: [.kl], unit: "nats",
        allowsLogarithm: true),
      Chart(
        view: .entropy, title: "entropy, nats per token", quantities: [.entropy], unit: "nats",
        allowsLogarithm: true),
      Chart(
        view: .zeroVarianceGroups, title: "share of equal groups",
        quantities: [.zeroVarianceGroups],
        range: 0...1),
      Chart(
        view: .gradientNorms, title: "gradient norms before clipping",
        quantities: [.gradient, .negativeGradient, .positiveGradient], allowsLogarithm: true),
    ]

    /// With a logarithmic y axis where that is asked for and makes sense. A value of 0, such as
    /// the KL right after a rollout, is a gap there.
    func scaled(isLogarithmic: Bool) -> Chart {
      guard isLogarithmic, allowsLogarithm else { return self }
      var chart = self
      chart.scale = .logarithmic
      chart.title += ", log"
      return chart
    }
  }
}
