import RunKnowledge
import TrainingTelemetry

/// A guided walk through the dashboard on a real run: it presses the keys that a person would
/// press, says what to look at, and checks by telemetry that what it says did happen.
///
/// A value over the reducer's state; without clock or dice, so that the same run has the same tour.
public struct Tour: Sendable, Equatable {
  /// What came of a step.
  enum Outcome: Sendable, Equatable {
    case waiting
    /// What it said is so, with the numbers.
    case held(String)
    /// It is not, with the numbers.
    case failed(String)

    var words: String {
      switch self {
      case .waiting: ""
      case .held(let text), .failed(let text): text
      }
    }
  }

  /// Seconds for which an automatic tour shows so much text, unhurried.
  static func readingTime(of text: String) -> Double { max(4, 0.055 * Double(text.count)) }

  /// Whether it goes on and leaves by itself.
  public let isAutomatic: Bool
  /// Seconds for which an automatic tour shows what came of a step; `nil`: as reading takes.
  let stepSeconds: Double?
  /// What it said and did not happen.
  public private(set) var failures: [String] = []
  /// What it said and did happen, in order.
  public private(set) var successes: [String] = []
  /// Whether it was left or came to its end.
  public internal(set) var isOver = false
  /// Of the step shown.
  var index = 0
  var outcome = Outcome.waiting {
    didSet {
      if case .failed(let text) = outcome, oldValue == .waiting { failures.append(text) }
      if case .held(let text) = outcome, oldValue == .waiting { successes.append(text) }
    }
  }
  /// The run as the step found it.
  var before: TourSight?
  /// When an automatic tour goes on.
  var goesOnAt: Double?

  public init(isAutomatic: Bool, stepSeconds: Double? = nil) {
    self.isAutomatic = isAutomatic
    self.stepSeconds = stepSeconds
  }

  var step: TourStep { TourScript.steps[index] }
  var isAtEnd: Bool { index == TourScript.steps.count - 1 }
}

/// What a step compares the run with.
struct TourSight: Sendable, Equatable {
  var position: UpdatePosition
  /// Removed share of the last update.
  var removedShare: Double?
}

/// What the tour presses.
enum TourKey: Sendable {
  /// The key of this action.
  case press(DashboardAction)
  /// In an open menu of objectives: arrows to this one, then the key that takes it.
  case choose(objective: String)
}

/// A sentence or three, the keys that are pressed with it, and what must hold then.
struct TourStep: Sendable {
  /// The panel that is spoken of, which comes up and is not covered.
  let panel: PanelIdentity
  let words: @Sendable (DashboardState) -> String
  let keys: [TourKey]
  let check: @Sendable (DashboardState, TourSight) -> Tour.Outcome

  init(
    on panel: any Panel.Type, _ keys: [TourKey] = [],
    words: @escaping @Sendable (DashboardState) -> String,
    check: @escaping @Sendable (DashboardState, TourSight) -> Tour.Outcome
  ) {
    self.panel = PanelIdentity(panel)
    self.keys = keys
    self.words = words
    self.check = check
  }
}
