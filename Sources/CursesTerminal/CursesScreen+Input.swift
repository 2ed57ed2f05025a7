import CursesShim
public import TerminalCanvas

#if canImport(Glibc)
  import Glibc
#endif

extension CursesScreen {
  /// Waits until there is input, a signal or a wake-up, or the time is over, and returns what came.
  ///
  /// The result is empty after a wake-up alone. SIGTSTP (Ctrl-Z) is dealt with here: the terminal
  /// is given back, the process stops, and when it is continued, a resize is reported, so that the
  /// caller draws anew.
  ///
  /// - Parameter timeoutMilliseconds: nil waits without end; 0 only looks.
  public func wait(timeoutMilliseconds: Int?) -> [TerminalInput] {
    checkThread()
    guard isOpen else { return [.hangup] }
    var descriptors = [input, signals, wake.descriptor].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    let timeout = pollTimeout(timeoutMilliseconds)
    let count = poll(&descriptors, nfds_t(descriptors.count), timeout)
    var inputs: [TerminalInput] = []
    if count > 0 {
      if descriptors[2].revents != 0 { wake.drain() }
      if descriptors[1].revents != 0 { inputs += takeSignals() }
      if descriptors[0].revents != 0 { inputs += takeInput(events: descriptors[0].revents) }
    }
    if let start = sequenceStart, let patience = decoder.patience,
      start.duration(to: .now) >= .milliseconds(patience)
    {
      decoder.flush()
      sequenceStart = nil
      inputs += decoder.take()
    }
    return inputs
  }

  /// The caller's timeout, or what is left of the time for the rest of an open sequence.
  private func pollTimeout(_ wanted: Int?) -> Int32 {
    var timeout = wanted.map { Int32(clamping: max(0, $0)) } ?? -1
    if let start = sequenceStart, let patience = decoder.patience {
      let left = (start + .milliseconds(patience)) - .now
      let milliseconds = Int32(clamping: Int64(max(0, left / .milliseconds(1)).rounded(.up)))
      timeout = timeout < 0 ? milliseconds : min(timeout, milliseconds)
    }
    return timeout
  }

  private func takeInput(events: Int16) -> [TerminalInput] {
    var inputs: [TerminalInput] = []
    let isGone = events & Int16(POLLHUP | POLLERR | POLLNVAL) != 0
    if !readAvailable(), isGone || isAtEnd() { inputs.append(.hangup) }
    sequenceStart = decoder.patience == nil ? nil : .now
    // ncurses has waited the escape delay: an escape that is still alone is a key.
    if decoder.patience == 0 {
      decoder.flush()
      sequenceStart = nil
    }
    return decoder.take() + inputs
  }

  /// Feeds the decoder all that has arrived; false if that was nothing.
  private func readAvailable() -> Bool {
    var value: UInt32 = 0
    var hasRead = false
    while true {
      switch curses_shim_read(&value) {
      case Int32(CURSES_SHIM_CHARACTER): decoder.feed(.character(value))
      case Int32(CURSES_SHIM_KEY): decoder.feed(Self.key(value).map { .key($0) } ?? .unnamed)
      case Int32(CURSES_SHIM_OTHER): decoder.feed(.unnamed)
      case Int32(CURSES_SHIM_PART): break
      default: return hasRead
      }
      hasRead = true
    }
  }

  /// At the end of input a descriptor stays readable though nothing can be read; a character that
  /// has arrived only in part is not the end.
  private func isAtEnd() -> Bool {
    var descriptor = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) > 0 && !readAvailable()
  }

  private static func key(_ code: UInt32) -> Key? {
    switch Int(code) {
    case CURSES_SHIM_KEY_UP: .up
    case CURSES_SHIM_KEY_DOWN: .down
    case CURSES_SHIM_KEY_LEFT: .left
    case CURSES_SHIM_KEY_RIGHT: .right
    case CURSES_SHIM_KEY_HOME: .home
    case CURSES_SHIM_KEY_END: .end
    case CURSES_SHIM_KEY_PAGE_UP: .pageUp
    case CURSES_SHIM_KEY_PAGE_DOWN: .pageDown
    case CURSES_SHIM_KEY_DELETE: .delete
    case CURSES_SHIM_KEY_BACKSPACE: .backspace
    case CURSES_SHIM_KEY_ENTER: .enter
    case CURSES_SHIM_KEY_BACK_TAB: .backTab
    case (CURSES_SHIM_KEY_FUNCTION + 1)...(CURSES_SHIM_KEY_FUNCTION + 63):
      .function(Int(code) - CURSES_SHIM_KEY_FUNCTION)
    default: nil
    }
  }

  private func takeSignals() -> [TerminalInput] {
    var inputs: [TerminalInput] = []
    var isResized = false
    var hasResumed = false
    while case let number = curses_shim_next_signal(), number != 0 {
      switch number {
      case SIGWINCH: isResized = true
      case SIGTSTP:
        suspend { curses_shim_stop_process() }
        (isResized, hasResumed) = (true, true)
      case SIGCONT:
        // Stopped by a signal that cannot be caught: the shell has changed the modes.
        if !hasResumed { suspend {} }
        isResized = true
      default: inputs.append(.signal(number))
      }
    }
    if isResized {
      measure()
      previous = nil
      inputs.append(.resize(width: width, height: height))
    }
    return inputs
  }
}
