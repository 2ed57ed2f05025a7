import Foundation

/// What a pane's program writes, as it comes: tmux copies it into a named pipe.
///
/// Waiting on the pipe is waiting for the screen to change, without looking at it again and again.
final class PaneOutput {
  /// Bytes so far.
  private(set) var count = 0
  /// Grows when the whole screen is cleared.
  private(set) var clearings = 0
  /// Whether a frame has begun and not yet ended.
  private(set) var isWithinFrame = false

  private let descriptor: Int32
  /// The end of what was taken, in which a sequence may have begun.
  private var tail = Data()

  private static let frameStart = Data("\u{1B}[?2026h".utf8)
  private static let frameEnd = Data("\u{1B}[?2026l".utf8)
  /// As the terminal database has it for `screen-256color`.
  private static let clearing = Data("\u{1B}[H\u{1B}[J".utf8)

  /// - Parameter path: where the pipe is made.
  init?(path: String) {
    guard mkfifo(path, 0o600) == 0 else { return nil }
    // With a writer of its own the pipe never ends, and opening it waits for nobody.
    descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
  }

  deinit {
    close(descriptor)
  }

  /// Waits until something was written or the time is over; whether something was.
  func waits(until deadline: ContinuousClock.Instant) -> Bool {
    let left = (deadline - .now) / .milliseconds(1)
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, Int32(clamping: Int64(max(0, left).rounded(.up)))) > 0
  }

  /// Takes what was written since the last time.
  func take() {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let length = read(descriptor, &chunk, chunk.count)
      guard length > 0 else { return }
      count += length
      follow(tail + chunk.prefix(length))
    }
  }

  private func follow(_ bytes: Data) {
    let start = bytes.range(of: Self.frameStart, options: .backwards)?.lowerBound
    let end = bytes.range(of: Self.frameEnd, options: .backwards)?.lowerBound
    if start != nil || end != nil { isWithinFrame = (start ?? -1) > (end ?? -1) }
    if let cleared = bytes.range(of: Self.clearing, options: .backwards) {
      // Whatever else is kept of it, the same clearing is not counted twice.
      clearings += cleared.upperBound > tail.count ? 1 : 0
    }
    tail = Data(bytes.suffix(Self.frameStart.count - 1))
  }
}
