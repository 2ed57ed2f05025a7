import TerminalCanvas
import Testing

@testable import CursesTerminal

#if canImport(Glibc)
  import Glibc
#endif

/// A child process opens the screen and dies; the tests look at what it leaves behind.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CrashTests {
  /// Opens a screen on the named terminal, as the child process.
  static func openScreen(path: String) throws -> CursesScreen {
    let descriptor = open(path, O_RDWR | O_NOCTTY)
    dup2(descriptor, STDERR_FILENO)
    let screen = try CursesScreen(
      options: CursesScreen.Options(environment: ["TERM": "xterm-256color"]), wake: nil,
      input: descriptor, output: descriptor)
    var frame = CellBuffer(width: 20, height: 2)
    frame.write("dashboard", x: 0, y: 0, style: CellStyle())
    screen.present(frame)
    let noise = "library noise\n"
    _ = write(STDERR_FILENO, noise, noise.utf8.count)
    return screen
  }

  static func expectWholeTerminal(_ terminal: PseudoTerminal) {
    let output = terminal.output(containing: "library noise")
    #expect(terminal.modesAreRestored)
    for mode in ["1049", "2004", "1002", "1006"] {
      CursesScreenTests.expectSwitchedOff(mode, in: output)
    }
    let parts = output.split(separator: "\u{1B}[?1049l", omittingEmptySubsequences: false)
    #expect(parts.first?.contains("dashboard") == true)
    #expect(parts.first?.contains("library noise") == false, "noise damaged the screen")
    #expect(parts.last?.contains("library noise") == true, "noise was lost")
    #expect(parts.last?.contains("dashboard") == false, "painted after the restore")
  }

  @Test(arguments: [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGQUIT, SIGABRT, SIGSYS])
  func aFatalSignalThatIsSent(number: Int32) async throws {
    let terminal = try PseudoTerminal()
    await #expect(processExitsWith: .signal(number)) {
      [path = terminal.path as String, number = number as Int32] in
      let screen = try CrashTests.openScreen(path: path)
      kill(getpid(), number)
      // The signal may reach another thread a moment later.
      sleep(60)
      screen.close()
    }
    Self.expectWholeTerminal(terminal)
  }

  @Test func aRealFault() async throws {
    let terminal = try PseudoTerminal()
    await #expect(processExitsWith: .signal(SIGSEGV)) { [path = terminal.path as String] in
      let screen = try CrashTests.openScreen(path: path)
      UnsafeMutablePointer<Int>(bitPattern: 16)?.pointee = 1
      screen.close()
    }
    Self.expectWholeTerminal(terminal)
  }

  @Test func abort() async throws {
    let terminal = try PseudoTerminal()
    await #expect(processExitsWith: .signal(SIGABRT)) { [path = terminal.path as String] in
      _ = try CrashTests.openScreen(path: path)
      Glibc.abort()
    }
    Self.expectWholeTerminal(terminal)
  }

  @Test func aPreconditionFailureKeepsItsMessage() async throws {
    let terminal = try PseudoTerminal()
    await #expect(processExitsWith: .failure) { [path = terminal.path as String] in
      let screen = try CrashTests.openScreen(path: path)
      fatalError("the reason \(screen.width)")
    }
    Self.expectWholeTerminal(terminal)
    let output = terminal.output(containing: "the reason 40")
    #expect(output.split(separator: "\u{1B}[?1049l").last?.contains("the reason 40") == true)
  }

  @Test func aStackOverflowOnAnotherThread() async throws {
    let terminal = try PseudoTerminal()
    await #expect(processExitsWith: .signal(SIGSEGV)) { [path = terminal.path as String] in
      let screen = try CrashTests.openScreen(path: path)
      var thread = pthread_t()
      pthread_create(
        &thread, nil,
        { _ in
          CursesScreen.prepareThreadForCrashes()
          _ = CrashTests.descend(1)
          return nil
        }, nil)
      pthread_join(thread, nil)
      screen.close()
    }
    Self.expectWholeTerminal(terminal)
  }

  @Test func aStackOverflowOnTheScreensOwnThread() async throws {
    let terminal = try PseudoTerminal()
    await #expect(processExitsWith: .signal(SIGSEGV)) { [path = terminal.path as String] in
      var thread = pthread_t()
      var name = Array(path.utf8CString)
      pthread_create(
        &thread, nil,
        { path in
          let name = path.map { String(cString: $0.assumingMemoryBound(to: CChar.self)) } ?? ""
          guard let screen = try? CrashTests.openScreen(path: name) else { return nil }
          _ = CrashTests.descend(1)
          screen.close()
          return nil
        }, &name)
      pthread_join(thread, nil)
    }
    Self.expectWholeTerminal(terminal)
  }

  @inline(never) static func descend(_ depth: Int) -> Int {
    depth > 0 ? descend(depth &+ 1) &+ descend(depth &+ 2) : depth
  }

  @Test func closingPrintsWhatWasKept() async throws {
    let terminal = try PseudoTerminal()
    await #expect(processExitsWith: .success) { [path = terminal.path as String] in
      try CrashTests.openScreen(path: path).close()
    }
    Self.expectWholeTerminal(terminal)
  }

  @Test func aHangingProgramEndsAtTheFourthRequest() async throws {
    let terminal = try PseudoTerminal()
    await #expect(processExitsWith: .signal(SIGINT)) { [path = terminal.path as String] in
      let screen = try CrashTests.openScreen(path: path)
      // Sent to this thread, which handles each signal before it raises the next. Signals sent to
      // the process could merge into one.
      var interrupt = sigset_t()
      sigemptyset(&interrupt)
      sigaddset(&interrupt, SIGINT)
      pthread_sigmask(SIG_UNBLOCK, &interrupt, nil)
      for _ in 0..<4 { pthread_kill(pthread_self(), SIGINT) }
      screen.close()
    }
    Self.expectWholeTerminal(terminal)
  }
}
