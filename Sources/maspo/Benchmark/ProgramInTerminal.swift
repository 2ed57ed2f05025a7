internal import FoundationEssentials

#if canImport(Glibc)
  internal import Glibc
#endif

/// A program in a pseudo-terminal of its own, as a terminal emulator would run it.
final class ProgramInTerminal {
  /// Ends every frame of a terminal that can show one at a stroke.
  static let frameEnd = "\u{1B}[?2026l"

  /// What the program has written so far.
  struct Traffic {
    var bytes = 0
    var frames = 0
  }

  enum Failure: Error, CustomStringConvertible {
    case noTerminal(Int32)
    case notStarted(String, Int32)
    case noAnswer(String)

    var description: String {
      switch self {
      case .noTerminal(let code): "no pseudo-terminal: \(String(cString: strerror(code)))"
      case .notStarted(let program, let code):
        "\(program) did not start: \(String(cString: strerror(code)))"
      case .noAnswer(let text):
        "the program did not write \(text.debugDescription) within 20 seconds"
      }
    }
  }

  private(set) var traffic = Traffic()
  private let master: Int32
  private let child: pid_t
  private let started: ContinuousClock.Instant
  /// The last bytes, for markers that arrive in two reads.
  private var tail: [UInt8] = []
  private var isOpen = true
  private var hasEnded = false

  /// TIOCSPTLCK and TIOCGPTN, which Swift does not import.
  private static let unlockRequest: UInt = 0x4004_5431
  private static let numberRequest: UInt = 0x8004_5430

  /// POSIX_SPAWN_SETSID, which Swift does not import either.
  private static let newSessionFlag: Int16 = 0x80

  init(_ program: String, _ arguments: [String], width: Int = 120, height: Int = 40) throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var number: Int32 = 0
    var isLocked: Int32 = 0
    guard master >= 0, ioctl(master, Self.unlockRequest, &isLocked) == 0,
      ioctl(master, Self.numberRequest, &number) == 0
    else { throw Failure.noTerminal(errno) }
    var size = winsize(
      ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The first terminal that the leader of a session opens is the one that controls it.
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/pts/\(number)", O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Self.newSessionFlag)
    var environment = ProcessInfo.processInfo.environment
    environment["TERM"] = "xterm-256color"
    environment["COLORTERM"] = "truecolor"
    environment["LC_ALL"] = "C.UTF-8"
    let words = ([program] + arguments).map { strdup($0) }
    let variables = environment.map { strdup("\($0.key)=\($0.value)") }
    defer { for word in words + variables { free(word) } }
    var child = pid_t()
    started = .now
    let code = posix_spawn(&child, program, &actions, &attributes, words + [nil], variables + [nil])
    self.child = child
    guard code == 0 else {
      close(master)
      throw Failure.notStarted(program, code)
    }
  }

  deinit {
    guard !hasEnded else { return }
    // Nobody waited for the end: an error is on its way out.
    kill(child, SIGKILL)
    var status: Int32 = 0
    while waitpid(child, &status, 0) == -1, errno == EINTR {}
    close(master)
  }

  func type(_ keys: String) {
    let bytes = Array(keys.utf8)
    _ = write(master, bytes, bytes.count)
  }

  /// Takes what the program writes for a time.
  func read(seconds: Double) {
    let end = ContinuousClock.now + .seconds(seconds)
    while isOpen, ContinuousClock.now < end { take(until: end) }
  }

  /// Reads until `text` is written.
  ///
  /// - Parameter keys: typed first.
  /// - Returns: seconds since the keys were typed, or since the launch without any.
  /// - Throws: `Failure.noAnswer` after 20 seconds.
  func wait(for text: String, afterTyping keys: String? = nil) throws -> Double {
    let start = keys == nil ? started : .now
    if let keys { type(keys) }
    let marker = Array(text.utf8)
    tail = []
    let end = ContinuousClock.now + .seconds(20)
    while isOpen, ContinuousClock.now < end {
      take(until: end)
      if Self.count(marker, in: tail) > 0 { return (ContinuousClock.now - start) / .seconds(1) }
    }
    throw Failure.noAnswer(text)
  }

  /// One chunk of output, if any comes before `end`.
  private func take(until end: ContinuousClock.Instant) {
    let left = max(0, (end - .now) / .milliseconds(1))
    var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, Int32(left.rounded(.up))) > 0 else { return }
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = Glibc.read(master, &chunk, chunk.count)
    guard count > 0 else {
      isOpen = false
      return
    }
    let end = Array(Self.frameEnd.utf8)
    // Only markers that are complete now and were not before count.
    let known = Array(tail.suffix(end.count - 1))
    traffic.frames += Self.count(end, in: known + chunk[..<count])
    traffic.bytes += count
    tail = Array((tail + chunk[..<count]).suffix(65_536))
  }

  private static func count(_ marker: [UInt8], in bytes: [UInt8]) -> Int {
    var found = 0
    var start = 0
    while start + marker.count <= bytes.count {
      if bytes[start] == marker[0], bytes[start..<start + marker.count].elementsEqual(marker) {
        found += 1
        start += marker.count
      } else {
        start += 1
      }
    }
    return found
  }

  /// Processor time of the program so far, that of threads that have ended included.
  var processorSeconds: Double {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(child, &clock) == 0, clock_gettime(clock, &time) == 0 else {
      return .nan
    }
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Reads to the end of the program.
  ///
  /// - Returns: wall seconds since its launch, and the most memory that it was seen to hold. Not
  ///   from the resource usage of the dead child: that begins with the peak of its parent.
  func waitForEnd() -> (seconds: Double, peakMegabytes: Double) {
    var peak = 0.0
    while isOpen {
      take(until: .now + .milliseconds(20))
      peak = max(peak, residentPeak)
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) == -1, errno == EINTR {}
    hasEnded = true
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    close(master)
    return (seconds, peak)
  }

  /// The most memory that the program has held so far, in megabytes; 0 once it has ended.
  private var residentPeak: Double {
    let text = try? String(contentsOfFile: "/proc/\(child)/status", encoding: .utf8)
    let line = text?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first)
      .flatMap { Double($0) }.map { $0 / 1024 } ?? 0
  }

  /// Has the program leave, and waits for it.
  func finish() {
    guard !hasEnded else { return }
    kill(child, SIGTERM)
    _ = waitForEnd()
  }
}
