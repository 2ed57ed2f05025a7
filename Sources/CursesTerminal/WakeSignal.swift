import CursesShim

#if canImport(Glibc)
  import Glibc
#endif

/// Wakes a screen that waits for input, from any thread.
///
/// Any number of signals before the screen looks count as one.
public final class WakeSignal: Sendable {
  let descriptor: Int32

  /// - Throws: `TerminalError.system` where there are no descriptors left.
  public init() throws {
    descriptor = curses_shim_make_wake_descriptor()
    guard descriptor >= 0 else { throw TerminalError.system(call: "eventfd", code: errno) }
  }

  deinit {
    close(descriptor)
  }

  /// Returns at once; never fails in a way that matters: a full counter is readable too.
  public func signal() {
    var one: UInt64 = 1
    _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
  }

  /// Takes back what was signaled. Returns whether anything was.
  @discardableResult
  func drain() -> Bool {
    var count: UInt64 = 0
    return read(descriptor, &count, MemoryLayout<UInt64>.size) == MemoryLayout<UInt64>.size
  }
}
