import Foundation

/// A process of the program that is still running.
final class StartedProcess {
  private var process = Process()

  init(_ arguments: String) throws {
    process.executableURL = try TmuxSession.program()
    process.arguments = arguments.split(separator: " ").map(String.init)
    process.environment = ProcessInfo.processInfo.environment.merging([
      "XDG_CACHE_HOME": TmuxSession.cacheFolder.path
    ]) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  deinit {
    if process.isRunning { _ = kill() }
  }

  /// Whether a condition comes about before the process ends.
  func waits(for condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(TmuxSession.timeLimit)
    while ContinuousClock.now < deadline, process.isRunning {
      if condition() { return true }
      usleep(10_000)
    }
    return condition()
  }

  /// Kills it, if it still runs, and returns the signal or status that it ended with.
  func kill() -> Int32 { end(with: SIGKILL) }

  /// The same with another signal, which the program may answer as it wants.
  func end(with signal: Int32) -> Int32 {
    if process.isRunning { Glibc.kill(process.processIdentifier, signal) }
    process.waitUntilExit()
    return process.terminationStatus
  }
}
