import CursesTerminal
import TerminalCanvas
import TrainingDashboard
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// The event loop of the dashboard: input and snapshots in, frames and commands out. It sleeps in
/// `poll` whenever there is nothing to do.
///
/// Everything happens on the thread that opened the screen; the trainer is reached through the
/// two closures alone, and reaches back by signaling `screen.wake`.
struct DashboardSession {
  /// How a session ended.
  struct Outcome {
    enum Reason: Equatable {
      case quit
      case signal(Int32)
      /// The terminal is gone.
      case hangup
      /// The run ended and the session was to end with it.
      case finished
    }

    var reason: Reason
    /// The last state, for the words that stay on the terminal.
    var state: DashboardState
    /// Wall seconds that the session took.
    var seconds: Double
  }

  /// What the session needs of the run and of the machine.
  struct Connections {
    var send: (TrainerCommand) -> Void
    /// One command to each run of the race, by its place; `nil` is none.
    var sendToAll: ([TrainerCommand?]) -> Void = { _ in }
    /// The newest snapshot, if one has come since the last call.
    var takeSnapshot: () -> TrainingSnapshot?
    /// What else happened since the last call.
    var takeActions: () -> [DashboardAction] = { [] }
    /// Computes an iteration of a recorded run anew, with the tokens of a group.
    var recompute: (_ iteration: Int, _ group: Int?) -> Void = { _, _ in }
    /// Goes on with a fork, with as many pairs as are asked for now.
    var goOnWithFork: (ForkRequest) -> Void = { _ in }
    var forgetFork: () -> Void = {}
    /// What is sent from here on is meant for this run of the race.
    var showLane: (Int) -> Void = { _ in }
    /// Saves a frame; returns what to tell the person.
    var savePicture: (CellBuffer, DashboardState) throws -> String
  }

  private let screen: CursesScreen
  private let connections: Connections
  private let endsWithRun: Bool
  private var state: DashboardState
  private var pacer = FramePacer()
  private var ending: Outcome.Reason?
  private let start = ContinuousClock.now

  /// - Parameters:
  ///   - state: themes, glyphs and first snapshot set; the size is taken from the screen.
  ///   - endsWithRun: leaves by itself when the run is finished.
  init(
    screen: CursesScreen, state: DashboardState, endsWithRun: Bool,
    connections: Connections
  ) {
    self.screen = screen
    self.state = state
    self.endsWithRun = endsWithRun
    self.connections = connections
    self.state.size = ScreenSize(width: screen.width, height: screen.height)
  }

  /// Runs until the person leaves, a signal asks to, or the terminal goes. Leaves the screen open;
  /// the caller closes it before printing anything.
  mutating func run() -> Outcome {
    pacer.change(isUrgent: true)
    while ending == nil {
      takeNews()
      draw()
      let timeout = pacer.timeoutMilliseconds(at: now, deadline: state.nextDeadline)
      take(screen.wait(timeoutMilliseconds: timeout))
    }
    // What happened up to the end belongs into the closing words.
    takeNews()
    return Outcome(reason: ending ?? .quit, state: state, seconds: now)
  }

  /// Seconds since the session began.
  private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

  private mutating func takeNews() {
    for action in connections.takeActions() {
      for effect in state.reduce(action, at: now) { carryOut(effect) }
      pacer.change(isUrgent: true)
    }
    while let snapshot = connections.takeSnapshot() {
      let effects = state.reduce(.snapshotArrived(snapshot), at: now)
      pacer.change(isUrgent: false)
      for effect in effects { carryOut(effect) }
      if endsWithRun, snapshot.status.phase == .finished { ending = ending ?? .finished }
    }
  }

  private mutating func take(_ inputs: [TerminalInput]) {
    var effects: [DashboardEffect] = []
    for input in inputs {
      switch input {
      case .signal(let number): ending = .signal(number)
      case .hangup: ending = .hangup
      default:
        guard let action = KeyBindingCatalog.action(for: input, in: state) else { continue }
        effects += state.reduce(action, at: now)
        pacer.change(isUrgent: true)
      }
    }
    if inputs.isEmpty, let deadline = state.nextDeadline, deadline <= now {
      effects += state.reduce(.tick, at: now)
      pacer.change(isUrgent: true)
    }
    for effect in DashboardEffect.coalesced(effects) { carryOut(effect) }
  }

  private mutating func carryOut(_ effect: DashboardEffect) {
    switch effect {
    case .send(let command): connections.send(command)
    case .sendToAll(let commands): connections.sendToAll(commands)
    case .recompute(let iteration, let group): connections.recompute(iteration, group)
    case .moreOfFork(let request): connections.goOnWithFork(request)
    case .forgetFork: connections.forgetFork()
    case .showLane(let lane): connections.showLane(lane)
    case .quit: ending = ending ?? .quit
    case .redraw: screen.invalidate()
    case .suspend:
      // The screen deals with the signal in its next `wait`.
      raise(SIGTSTP)
    case .savePicture:
      do {
        let words = try connections.savePicture(frame(), state)
        _ = state.reduce(.notify(words, .information), at: now)
      } catch {
        _ = state.reduce(.notify("no picture: \(error)", .error), at: now)
      }
    }
  }

  private func frame() -> CellBuffer {
    DashboardScreen.render(
      state, size: state.size, theme: state.theme, glyphs: state.appearance.glyphs)
  }

  private mutating func draw() {
    guard ending == nil, pacer.isDue(at: now) else { return }
    let started = now
    screen.present(frame())
    pacer.drew(at: started, seconds: now - started)
  }
}
