internal import ArgumentParser
internal import AttachedRuns
internal import FoundationEssentials
internal import LocalFiles
internal import PolicyTraining
import RunKnowledge
internal import SettingsFiles
internal import TerminalCanvas
internal import Theming
internal import TrainingDashboard
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// The dashboard as a picture, without a terminal.
struct RenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render", abstract: "Draw the dashboard without a terminal.",
    discussion: """
      Trains to the update asked for, presses the keys of --keys, and writes the screen. The same \
      command gives the same bytes on one machine and build, whatever the threads: what a clock \
      says (pace, tokens per second) is left out. A run that stops before, or pauses at a \
      breakpoint, is drawn where it did. The JSON holds the snapshot behind the screen \
      with all events of the run, from which the curves are drawn, its rows and the verdict.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, ansi, svg, json
  }

  enum Glyphs: String, CaseIterable, ExpressibleByArgument {
    case braille, block, ascii
  }

  @OptionGroup var options: RunOptions

  @Option(help: "Columns and rows of the picture, such as 120x40; --width is the transformer's.")
  var size = "120x40"

  @Option(parsing: .unconditional, help: "Stop after this update of the last iteration.")
  var updates: Int?

  @OptionGroup var breakpoints: BreakpointOptions

  @Option(
    help: """
      What to draw: the update asked for, the start of the warm start, or the end of the run: \
      \(SteppedRun.Moment.allCases.map(\.rawValue).joined(separator: ", ")).
      """)
  var moment = SteppedRun.Moment.update

  @Option(help: "\(Format.allCases.map(\.rawValue).joined(separator: ", ")).")
  var format = Format.text

  @Option(help: "Theme: a name from 'maspo list themes', or a path to a TOML file.")
  var theme: String?

  @Option(help: "Characters: \(Glyphs.allCases.map(\.rawValue).joined(separator: ", ")).")
  var glyphs = Glyphs.braille

  @Option(
    help: "Keys to press before the picture: characters, and <enter>, <tab>, <down> … for others.")
  var keys = ""

  @Option(
    help: ArgumentHelp(
      "Draw the run of another trainer from the folder of its probe, instead of training.",
      valueName: "dir"), completion: .directory)
  var attach: String?

  @Option(help: "File to write; standard output otherwise.")
  var out: String?

  func run() throws {
    if let width = options.width {
      printError("--width \(width) is the transformer's; that of the picture is set by --size")
    }
    let size = try Self.parse(size: size)
    let sequence = try KeySequence(parsing: keys)
    let library = ThemeLibrary.ofThisMachine
    let theme = try theme.map { try library.theme($0) } ?? library.standardTheme()
    var view = attach.map { AttachedView(path: $0) }
    guard let (made, events) = try view == nil ? trained() : attached(&view) else { return }
    var state = made
    state.size = size
    state.appearance.themes = [theme]
    state.showsFirstHint = false
    state.appearance.glyphs = GlyphSet(rawValue: glyphs.rawValue) ?? .braille
    // After all that the state has seen.
    let time = 1e7
    for key in sequence.keys {
      guard let action = KeyBindingCatalog.action(for: key, in: state) else { continue }
      for case .send(let command) in state.reduce(action, at: time) {
        // A trained run stands still for its picture; an attached one is judged as asked.
        guard command.capability != .run, command.capability != .step else { continue }
        view?.obey(command)
        guard let snapshot = view?.takeSnapshot(at: 0) else { continue }
        _ = state.reduce(.snapshotArrived(snapshot), at: time)
      }
    }
    try write(state, events)
  }

  /// The state of a run that is trained for the picture.
  private func trained() throws -> (DashboardState, [TrainingEvent])? {
    var configuration = try options.resolve().configuration
    let iterations = configuration.iterationLimit ?? 3
    configuration.iterationLimit = nil
    let updatesPerIteration = configuration.schedule.updatesPerIteration
    if let updates, !(1...updatesPerIteration).contains(updates) {
      throw ConfigurationError.outOfRange(
        name: "updates", value: "\(updates)",
        allowed: "1 to \(updatesPerIteration), the updates of an iteration")
    }
    var state: DashboardState?
    var events: [TrainingEvent] = []
    try SteppedRun(
      configuration: configuration, iterations: iterations, updates: updates, moment: moment,
      breakpoints: breakpoints.breakpoints()
    ).make { snapshot in
      events += snapshot.events
      if state == nil { state = DashboardState(snapshot: snapshot) }
      _ = state?.reduce(.snapshotArrived(snapshot), at: 0)
    }
    return state.map { ($0, events) }
  }

  /// The state of a run that another trainer made, as far as its files tell.
  private func attached(
    _ view: inout AttachedView?
  ) throws -> (DashboardState, [TrainingEvent])? {
    guard let first = view?.takeSnapshot(at: 0) else { return nil }
    var state = DashboardState(WatchedRun(first, from: .attached))
    var events: [TrainingEvent] = []
    // Far enough apart for what is said of one step not to be held over the next.
    var time = 0.0
    while let snapshots = view?.poll(now: 0, isFinal: true, steps: 1), !snapshots.isEmpty {
      for snapshot in snapshots {
        events += snapshot.events
        _ = state.reduce(.snapshotArrived(snapshot), at: time)
        time += 60
      }
    }
    if case .waiting(let what)? = view?.state {
      throw ValidationError("--attach \(attach ?? ""): there is not yet \(what)")
    }
    _ = state.reduce(.tick, at: time)
    return (state, events)
  }

  private func write(_ state: DashboardState, _ events: [TrainingEvent]) throws {
    let frame = DashboardScreen.render(
      state, size: state.size, theme: state.theme, glyphs: state.appearance.glyphs)
    let text =
      switch format {
      case .text: frame.text + "\n"
      case .ansi: FrameExport.ansi(frame)
      case .svg: FrameExport.svg(frame, title: "maspo")
      case .json: try Self.json(state, events, frame)
      }
    if let out {
      try OutputError.naming(out) {
        try SafeFile.replace(out, with: text.utf8)
      }
    } else {
      try StandardStreams.writeOutput(Data(text.utf8))
    }
  }

  /// What the JSON format holds.
  private struct Picture: Encodable {
    var schema = "maspo-picture/1"
    var width: Int
    var height: Int
    /// The screen, a string for each row.
    var rows: [String]
    /// What is said of the last update.
    var verdict: String
    /// The numbers on the screen, with every event of the run; timings are 0 or absent.
    var snapshot: TrainingSnapshot
  }

  private static func json(
    _ state: DashboardState, _ events: [TrainingEvent], _ frame: CellBuffer
  ) throws -> String {
    var snapshot = state.run.present.snapshot
    snapshot.events = events
    let picture = Picture(
      width: frame.width, height: frame.height,
      rows: frame.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init),
      verdict: state.verdict.text, snapshot: snapshot)
    return String(decoding: try JSONText.encodeFinite(picture, pretty: true), as: UTF8.self) + "\n"
  }

  private static func parse(size text: String) throws -> ScreenSize {
    let numbers = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let width = numbers[0], let height = numbers[1] else {
      throw ConfigurationError.malformed(
        name: "size", text: text, form: "COLUMNSxROWS, such as 120x40")
    }
    guard (1...1000).contains(width), (1...1000).contains(height) else {
      throw ConfigurationError.outOfRange(
        name: "size", value: text, allowed: "1 to 1000 columns and 1 to 1000 rows")
    }
    return ScreenSize(width: width, height: height)
  }
}

extension SteppedRun.Moment: ExpressibleByArgument {}
