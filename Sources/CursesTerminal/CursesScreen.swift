import CursesShim
import Synchronization
public import TerminalCanvas

#if canImport(Glibc)
  import Glibc
#endif

/// The terminal as a screen of cells and a source of input, by way of ncurses.
///
/// There can be one at a time, and it belongs to the thread that opened it, normally the main
/// thread. Order of calls: open (`init`), then `wait` and `present` in turns, then `close`, before
/// anything is printed. If the process crashes in between, a signal handler restores the terminal.
/// While the screen is open, what is written to standard error is kept and printed after `close`.
public final class CursesScreen {
  /// How to open the screen.
  public struct Options: Sendable, Hashable {
    /// No more colors than these; nil for the best that the terminal and `NO_COLOR` allow.
    public var colorDepth: ColorDepth?
    /// Draws ASCII even where Unicode could be shown.
    public var asciiOnly: Bool
    public var mouse: Bool
    /// `TERM`, `COLORTERM` and `NO_COLOR` are read of it.
    public var environment: [String: String]

    public init(
      colorDepth: ColorDepth? = nil, asciiOnly: Bool = false, mouse: Bool = true,
      environment: [String: String]
    ) {
      self.colorDepth = colorDepth
      self.asciiOnly = asciiOnly
      self.mouse = mouse
      self.environment = environment
    }
  }

  /// The entry of the terminal database in use.
  let terminalName: String
  public let colorDepth: ColorDepth
  /// Whether characters beyond ASCII are shown; if not, `present` replaces them.
  let supportsUnicode: Bool
  /// Ends a `wait` from another thread.
  public let wake: WakeSignal
  /// In cells, as of the last `wait`.
  public internal(set) var width = 0
  public internal(set) var height = 0
  public internal(set) var isOpen = false
  /// Cells of the last `present` and how often it wrote any: what repainting costs.
  var presentation = PresentationStatistics()

  let isXtermLike: Bool
  let wantsMouse: Bool
  var previous: CellBuffer?
  var resolved: [CellStyle: (pair: Int32, attributes: Int32)] = [:]
  var pairs: [ColorPair: Int32] = [:]
  var decoder = InputDecoder()
  var sequenceStart: ContinuousClock.Instant?
  let input: Int32
  let signals: Int32
  private let owner: pthread_t

  private static let isTaken = Atomic<Bool>(false)

  /// Opens the screen on the process's terminal.
  ///
  /// - Throws: `TerminalError`; the terminal is then as it was.
  public convenience init(options: Options, wake: WakeSignal? = nil) throws {
    for (descriptor, stream) in [
      (STDIN_FILENO, "standard input"), (STDOUT_FILENO, "standard output"),
    ] {
      guard isatty(descriptor) == 1 else { throw TerminalError.notATerminal(stream: stream) }
    }
    try self.init(options: options, wake: wake, input: STDIN_FILENO, output: STDOUT_FILENO)
  }

  /// Opens the screen on any two descriptors, terminals or not.
  init(options: Options, wake: WakeSignal?, input: Int32, output: Int32) throws {
    let selection = try TerminalSelection(
      environment: options.environment, wanted: options.colorDepth)
    self.wake = try wake ?? WakeSignal()
    guard !Self.isTaken.exchange(true, ordering: .acquiringAndReleasing) else {
      throw TerminalError.alreadyOpen
    }
    supportsUnicode = curses_shim_prepare_locale() && !options.asciiOnly
    // ncurses leaves signals alone that have a handler already.
    signals = curses_shim_watch_signals()
    do {
      guard signals >= 0 else { throw TerminalError.system(call: "pipe2", code: errno) }
      terminalName = try Self.open(selection, input: input, output: output)
    } catch {
      curses_shim_unwatch_signals()
      Self.isTaken.store(false, ordering: .releasing)
      throw error
    }
    curses_shim_guard_terminal()
    _ = curses_shim_divert_errors()
    colorDepth = ColorDepth(
      colorCount: Int(curses_shim_color_count()), limit: selection.limit)
    isXtermLike = curses_shim_is_xterm_like()
    wantsMouse = options.mouse
    self.input = input
    owner = pthread_self()
    isOpen = true
    // A key is to be answered at once while training keeps every processor busy.
    _ = curses_shim_prefer_short_turns()
    enterPrivateModes()
    measure()
  }

  deinit {
    close()
  }

  private static func open(
    _ selection: TerminalSelection, input: Int32, output: Int32
  ) throws -> String {
    for name in selection.candidates {
      switch curses_shim_open(name, input, output) {
      case Int32(CURSES_SHIM_OPENED): return name
      case Int32(CURSES_SHIM_UNKNOWN_TERMINAL): continue
      case Int32(CURSES_SHIM_NO_CURSOR_MOTION):
        throw TerminalError.terminalTypeUnsuitable(name: name)
      default: throw TerminalError.system(call: "fdopen", code: errno)
      }
    }
    throw TerminalError.terminalTypeUnknown(name: selection.name)
  }

  /// The best characters for plots on this terminal.
  public var recommendedGlyphs: GlyphSet {
    guard supportsUnicode else { return .ascii }
    // The font of the Linux console has blocks but no braille.
    return terminalName.hasPrefix("linux") ? .block : .braille
  }

  /// Leaves the alternate screen, restores every mode and handler, and prints what was written to
  /// standard error meanwhile. Harmless when called again.
  public func close() {
    guard isOpen else { return }
    isOpen = false
    leavePrivateModes()
    curses_shim_close()
    curses_shim_unguard_terminal()
    curses_shim_unwatch_signals()
    curses_shim_replay_errors()
    Self.isTaken.store(false, ordering: .releasing)
  }

  /// Gives the terminal to somebody else for a while, such as the shell on Ctrl-Z.
  ///
  /// `whileAway` runs on the terminal as it was before the screen was opened. The size may have
  /// changed when it returns; the next `present` paints everything.
  public func suspend(_ whileAway: () -> Void) {
    guard isOpen else { return }
    leavePrivateModes()
    curses_shim_pause()
    whileAway()
    curses_shim_unpause()
    enterPrivateModes()
    measure()
    previous = nil
  }

  /// Prepares the calling thread so that even an overflow of its stack restores the terminal. For
  /// threads that do not belong to the screen; each prepares itself, once is enough.
  public static func prepareThreadForCrashes() {
    _ = curses_shim_install_alternate_stack()
  }

  /// Prepares the calling thread for work in the background: the screen, and a run that goes on, get
  /// a processor before it.
  public static func prepareThreadForBackground() {
    prepareThreadForCrashes()
    _ = curses_shim_yield_to_others()
  }

  func measure() {
    var columns: Int32 = 0
    var rows: Int32 = 0
    curses_shim_measure(&columns, &rows)
    width = Int(columns)
    height = Int(rows)
  }

  /// ncurses is not made for threads; another thread's call would corrupt its state silently.
  func checkThread() {
    precondition(pthread_equal(owner, pthread_self()) != 0, "the screen belongs to another thread")
  }

  private func enterPrivateModes() {
    guard isXtermLike else { return }
    curses_shim_write(PrivateModes.pasteOn)
    if wantsMouse { curses_shim_write(PrivateModes.mouseOn) }
  }

  private func leavePrivateModes() {
    guard isXtermLike else { return }
    if wantsMouse { curses_shim_write(PrivateModes.mouseOff) }
    curses_shim_write(PrivateModes.pasteOff)
  }
}

/// Escape sequences that ncurses does not know of.
private enum PrivateModes {
  /// Buttons with drags, in the format without a limit on coordinates.
  static let mouseOn = "\u{1B}[?1002h\u{1B}[?1006h"
  static let mouseOff = "\u{1B}[?1006l\u{1B}[?1002l"
  static let pasteOn = "\u{1B}[?2004h"
  static let pasteOff = "\u{1B}[?2004l"
}
