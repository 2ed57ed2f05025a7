import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import CursesTerminal

#if canImport(Glibc)
  import Glibc
#endif

/// A terminal without a screen: the program's side is `descriptor`, ours collects what is written.
final class PseudoTerminal: Sendable {
  let descriptor: Int32
  let path: String
  private let master: Int32
  private let collected: Collected
  private let stop: WakeSignal
  private let modesBefore: [UInt8]

  /// TIOCSPTLCK and TIOCGPTN, which Swift does not import.
  private static let unlockRequest: UInt = 0x4004_5431
  private static let numberRequest: UInt = 0x8004_5430

  private final class Collected: Sendable {
    let bytes = Mutex<[UInt8]>([])
  }

  init(width: Int = 40, height: Int = 10) throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(master >= 0)
    var number: Int32 = 0
    var isLocked: Int32 = 0
    try #require(ioctl(master, Self.unlockRequest, &isLocked) == 0)
    try #require(ioctl(master, Self.numberRequest, &number) == 0)
    path = "/dev/pts/\(number)"
    descriptor = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(descriptor >= 0)
    modesBefore = Self.modes(descriptor)
    collected = Collected()
    stop = try WakeSignal()
    resize(width: width, height: height)
    DispatchQueue(label: "pseudo terminal").async { [master, collected, stop] in
      Self.collect(from: master, into: collected, until: stop)
    }
  }

  deinit {
    close(descriptor)
    stop.signal()
  }

  /// Reads until the end and closes: a descriptor that another thread reads would stay open.
  private static func collect(
    from master: Int32, into collected: Collected, until stop: WakeSignal
  ) {
    defer { close(master) }
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      var descriptors = [master, stop.descriptor].map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      let isReady = poll(&descriptors, 2, -1) > 0
      if !isReady, errno == EINTR { continue }
      guard isReady, descriptors[1].revents == 0 else { return }
      let count = read(master, &chunk, chunk.count)
      guard count > 0 else { return }
      collected.bytes.withLock { $0 += chunk.prefix(count) }
    }
  }

  func resize(width: Int, height: Int) {
    var size = winsize(
      ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
  }

  /// What a person types.
  func type(_ text: String) { type(bytes: Array(text.utf8)) }

  func type(bytes: [UInt8]) {
    _ = write(master, bytes, bytes.count)
  }

  /// Seconds after which a wait fails, even on a busy machine.
  static let timeLimit = 60.0

  /// Everything written so far, once it contains `text`; fails the test if it never does.
  @discardableResult
  func output(
    containing text: String, from offset: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) -> String {
    let deadline = ContinuousClock.now + .seconds(Self.timeLimit)
    while ContinuousClock.now < deadline {
      let all = outputSoFar(from: offset)
      if all.contains(text) { return all }
      usleep(5000)
    }
    let all = outputSoFar(from: offset)
    Issue.record(
      "the terminal never got \(text.debugDescription), but \(all.debugDescription)",
      sourceLocation: sourceLocation)
    return all
  }

  var outputLength: Int { collected.bytes.withLock { $0.count } }

  func outputSoFar(from offset: Int = 0) -> String {
    String(decoding: collected.bytes.withLock { Array($0.dropFirst(offset)) }, as: UTF8.self)
  }

  /// Whether the modes are those of the start.
  var modesAreRestored: Bool { Self.modes(descriptor) == modesBefore }

  private static func modes(_ descriptor: Int32) -> [UInt8] {
    var modes = termios()
    guard tcgetattr(descriptor, &modes) == 0 else { return [] }
    let flags = [modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag]
    return flags.flatMap { flag in (0..<4).map { UInt8(truncatingIfNeeded: flag >> ($0 * 8)) } }
      + withUnsafeBytes(of: modes.c_cc) { Array($0) }
  }
}
