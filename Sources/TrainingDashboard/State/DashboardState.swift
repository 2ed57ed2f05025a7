public import RunKnowledge
public import RunViews
public import TerminalCanvas
public import Theming
public import TrainingTelemetry

/// What the screen shows and where the person is in it.
///
/// The run is a value of its own; what belongs to the person (cursor, lens, panels, overlay, draft,
/// theme) is here. Without clock, terminal or file: `reduce` changes it, `DashboardScreen` draws it.
public struct DashboardState: Sendable, Equatable {
  /// The run, as it is now and as it was.
  public internal(set) var run: WatchedRun
  /// The runs beside it; `nil` for a run alone.
  public internal(set) var race: Race?
  /// The past moment that is looked at; `nil` while the screen follows the run.
  public internal(set) var past: PastView?
  /// What the screen says of the present, held long enough to be read.
  var verdictHold: VerdictHold
  /// What is asked of the program that computes tokens which were not recorded.
  var recomputation = Recomputation()

  public var selection = Selection()
  /// Which answers of the group are listed, and in which order.
  public internal(set) var answerView = AnswerView()
  var cursor = CursorHabits()
  public var lens = TokenLens.removedPush
  /// Name of the objective that lens and inspector hold against the one in force.
  public var comparedObjective = "grpo"
  /// What the panels' own keys chose.
  public var views = PanelViews()

  var focus = PanelFocus()
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
  /// The guided walk that is or was made.
  public internal(set) var tour: Tour?

  public var appearance = Appearance()
  /// The keys in force.
  public var keys = KeyBindings.standard

  public init(_ run: WatchedRun) {
    self.run = run
    verdictHold = VerdictHold(run.present.verdict)
    if !run.source.isUnderWay { keepKnobSelected() }
    // The hint is of a trainer that is here.
    showsFirstHint = run.present.status.attachment == nil
    pointAtStrongestToken()
  }

  /// A live run of which one snapshot has come.
  public init(snapshot: TrainingSnapshot) {
    self.init(WatchedRun(snapshot))
  }

  /// Runs beside each other; the first is shown.
  ///
  /// - Precondition: there are at least two lanes.
  public init(_ race: Race) {
    self.init(race.lanes[0].run)
    self.race = race
  }

  /// The panels, the one chosen last first; a slot of the layout shows the first of its.
  public var recentPanels: [PanelIdentity] {
    get { focus.recent }
    set { focus.recent = newValue }
  }

  /// Whether the selected panel takes the whole screen.
  public var isZoomed: Bool {
    get { focus.isZoomed }
    set { focus.isZoomed = newValue }
  }

  /// The run as the screen shows it: as it is now, or as it was at the moment looked at.
  public var shown: KnownRun { past?.run ?? run.present }

  /// The theme to draw with: the one looked at while a person chooses, else the chosen one.
  public var theme: Theme {
    if case .menu(let menu) = overlay, menu.kind == .theme,
      appearance.themes.indices.contains(menu.selected)
    {
      return appearance.themes[menu.selected]
    }
    return appearance.theme
  }
}

/// Which panels a person looks at.
struct PanelFocus: Sendable, Equatable {
  var recent: [PanelIdentity] = []
  var isZoomed = false
}

/// Colors and characters.
public struct Appearance: Sendable, Equatable {
  public var themes: [Theme] = [Theme.builtIn]
  public var themeIndex = 0
  /// Characters that plots and frames use.
  public var glyphs = GlyphSet.braille

  /// The theme that the person has settled on.
  public var theme: Theme { themes.indices.contains(themeIndex) ? themes[themeIndex] : .builtIn }
}

/// What the keys of single panels chose.
public struct PanelViews: Sendable, Equatable {
  public var ledger = LedgerView.overTime
  public var limiter = LimiterView.bounds
  public var learning = LearningView.overview
  public var learningSpan = LearningSpan.wholeRun
  /// Whether curves of KL, entropy and gradient norms have a logarithmic y axis.
  public var hasLogarithmicCurves = false
  /// Entries of the journal that are passed over, from the newest on.
  var journalScroll = 0
  /// Rows of the comparison of objectives that are above those in sight.
  var objectivesScroll = 0
}

/// What the screen knows of how the person moves the cursor.
struct CursorHabits: Sendable, Equatable {
  /// What the cursor was last sent to.
  var landmark: TokenLandmark?
  /// Whether the person moved the cursor; until then it goes to the token that the gate takes most from.
  var hasMoved = false
  /// Whether that token is one from which a gate takes something.
  var pointsAtRemoval = false
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
  /// What a fork is to be.
  case forkSetup(ForkRequest)
  /// What the fork of the run says.
  case fork
}

/// A list to choose from.
public struct Menu: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case objective
    /// What lens and inspector compare with.
    case comparedObjective
    case restart(RestartChoice)
    /// Each is seen on the whole screen while it is selected.
    case theme
    /// Conditions at which the run pauses: one more, and those set, to be removed.
    case breakpoints
    /// What a fork is to change.
    case fork
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
