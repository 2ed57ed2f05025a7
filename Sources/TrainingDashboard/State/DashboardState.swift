public import TerminalCanvas
public import TrainingTelemetry

/// Everything the screen shows: the run as last reported, its history, and where the person is.
///
/// A value without clock, terminal or file: `reduce` changes it, `DashboardScreen` draws it.
public struct DashboardState: Sendable, Equatable {
  /// The newest snapshot, its events already moved to `history` and `journal`.
  public var snapshot: TrainingSnapshot
  public var history = MetricHistory()
  public var journal = Journal()
  public var selection = Selection()
  /// Which answers of the group are listed, and in which order.
  public internal(set) var answerView = AnswerView()
  /// What the cursor was last sent to.
  var landmark: TokenLandmark?
  /// Whether the person chose the group; until then the screen looks for one that teaches.
  public var hasChosenGroup = false
  /// Whether the person moved the cursor; until then it goes to the token that is pushed most.
  var hasMovedCursor = false
  public var lens = TokenLens.removedPush
  public var ledgerView = LedgerView.overTime
  public var limiterView = LimiterView.bounds
  public var learningView = LearningView.overview
  public var learningSpan = LearningSpan.wholeRun
  /// Whether curves of KL, entropy and gradient norms have a logarithmic y axis.
  public var hasLogarithmicCurves = false
  /// Name of the objective that lens and inspector hold against the one in force.
  public var comparedObjective = "grpo"
  /// Parameters that objectives had in this run, by name.
  var objectiveMemory: [String: ObjectiveState] = [:]

  /// Names of the panels, the one chosen last first; a slot of the layout shows the first of its.
  public var recentPanels: [String] = []
  /// Entries of the journal that are passed over, from the newest on.
  var journalScroll = 0
  /// Rows of the comparison of objectives that are above those in sight.
  var objectivesScroll = 0
  /// Whether the selected panel takes the whole screen.
  public var isZoomed = false
  public var size = ScreenSize(width: 80, height: 24)
  public var overlay: Overlay?
  public var message: Message?
  /// Whether the line for people who are here for the first time is shown.
  public var showsFirstHint = true

  public var selectedKnob = KnobTarget.knob("sigma_base")
  /// What was asked of the trainer and is not in a snapshot yet.
  public var requests = OutstandingRequests()
  /// Knob moves of the person, oldest first, for undo.
  public var knobMoves: [KnobMove] = []

  /// Knob moves that are looked at before they are made.
  public internal(set) var draft: KnobDraft?
  /// What the draft, or the number being typed, would do to the last minibatch.
  public internal(set) var preview: KnobPreview?
  /// Whether σ_base is solved anew so that a drafted change takes as much as before.
  public internal(set) var holdsDose = false
  /// What was said of an applied draft, until an update shows what it did.
  var prediction: KnobPrediction?

  /// What is said of the last update, held long enough to be read.
  public internal(set) var verdict: Verdict
  /// The updates seen last, and the one of them that is shown; `nil` while the run itself is.
  public internal(set) var moments = MomentHistory()
  public internal(set) var past: PastView?
  /// The guided walk that is or was made.
  public internal(set) var tour: Tour?
  /// The recorded run that is looked at, if it is one.
  public internal(set) var recording: Recording?
  /// When `verdict` was last replaced.
  var verdictTime = -Double.infinity

  public var themes: [Theme] = [Theme.builtIn]
  public var themeIndex = 0
  /// Characters that plots and frames use.
  public var glyphs = GlyphSet.braille
  /// The keys in force.
  public var keys = KeyBindings.standard

  public init(snapshot: TrainingSnapshot) {
    self.snapshot = snapshot
    verdict = Verdict(subject: "", findings: [])
    record(snapshot.events)
    self.snapshot.events = []
    rememberObjective()
    pointAtStrongestToken()
    verdict = Verdict(of: self)
    keepMoment(verdict)
  }

  /// The theme to draw with: the one looked at while a person chooses, else the chosen one.
  public var theme: Theme {
    if case .menu(let menu) = overlay, menu.kind == .theme, themes.indices.contains(menu.selected) {
      return themes[menu.selected]
    }
    return chosenTheme
  }

  /// The theme that the person has settled on.
  public var chosenTheme: Theme {
    themes.indices.contains(themeIndex) ? themes[themeIndex] : .builtIn
  }

  mutating func record(_ events: [TrainingEvent]) {
    for event in events {
      history.append(event)
      journal.append(event)
    }
  }
}

/// Cells of the terminal.
public struct ScreenSize: Sendable, Hashable {
  public var width: Int
  public var height: Int

  public init(width: Int, height: Int) {
    self.width = max(0, width)
    self.height = max(0, height)
  }
}

/// The cursor: which answer and token of the shown group.
public struct Selection: Sendable, Hashable {
  public var answer = 0
  public var token = 0

  public init() {}
}

/// What the tint of a token's text tells.
public enum TokenLens: String, Sendable, Hashable, CaseIterable {
  /// w|A|ρ(1 − F)s relative to the group's largest: the default.
  case removedPush
  /// 1 − F, logarithmic.
  case gate
  case ratio
  case behaviorProbability
  case entropy
  case weightedPush
  case realisedMove
  /// Which of two objectives holds the token back: the one in force, a chosen other, or both.
  case otherObjective
}

/// A line for the person that passes, such as the reason for a refusal.
public struct Message: Sendable, Hashable {
  public var text: String
  public var level: Notice.Level
  /// Time at which it disappears; seconds of the clock that `reduce` is given.
  public var expires: Double

  public init(text: String, level: Notice.Level, expires: Double) {
    self.text = text
    self.level = level
    self.expires = expires
  }
}

/// What covers the panels and takes the keys.
public enum Overlay: Sendable, Hashable {
  /// Keys and quantities; `scroll` is the first line shown.
  case help(scroll: Int)
  case menu(Menu)
  case prompt(Prompt)
  case palette(Palette)
  /// Answers to a prompt that the person tries.
  case trial(Trial)
}

/// A list to choose from.
public struct Menu: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case objective
    /// What lens and inspector compare with.
    case comparedObjective
    case restart
    /// Each is seen on the whole screen while it is selected.
    case theme
    /// Conditions at which the run pauses: one more, and those set, to be removed.
    case breakpoints
  }

  public var kind: Kind
  public var selected: Int

  public init(_ kind: Kind, selected: Int = 0) {
    self.kind = kind
    self.selected = selected
  }
}

/// A line of text that a person types.
public struct Prompt: Sendable, Hashable {
  public enum Purpose: Sendable, Hashable {
    case knob(KnobTarget)
    /// A condition at which the run is to pause.
    case breakpoint
    /// A prompt of the task, to sample the policy on.
    case trial
  }

  public var purpose: Purpose
  public var text: String
  /// Why the last attempt was refused.
  public var refusal: String?

  public init(_ purpose: Purpose, text: String = "", refusal: String? = nil) {
    self.purpose = purpose
    self.text = text
    self.refusal = refusal
  }
}
