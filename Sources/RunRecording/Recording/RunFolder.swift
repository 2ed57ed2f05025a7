import LocalFiles

#if canImport(Glibc)
  import Glibc
#endif

/// Where the files of a run are.
public struct RunFolder: Sendable, Hashable {
  public let path: String

  public init(_ path: String) {
    self.path = path
  }

  var description: String { path + "/run.json" }
  var task: String { path + "/task.jsonl" }
  var base: String { path + "/base.safetensors" }
  var checkpoint: String { path + "/checkpoint.safetensors" }
  var metrics: String { path + "/metrics.jsonl" }
  var journal: String { path + "/journal.jsonl" }
  var rollouts: String { path + "/rollouts.jsonl" }
  var summary: String { path + "/summary.json" }

  /// The last component of the path.
  public var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// Whether there is a run, or something that looks like one.
  public var holdsARun: Bool { FileSystem.exists(description) || FileSystem.exists(metrics) }

  /// The folder of all runs: `runs` in the person's state folder.
  public static func root(environment: [String: String]) -> String {
    UserFolder.state.path(environment: environment) + "/runs"
  }

  /// A folder for a new run under `root`, named for the time and for what is run. It is made, so
  /// that no other program chooses it; where it cannot be, the recording will say why.
  ///
  /// - Parameter time: seconds since 1970.
  public static func new(
    under root: String, time: Double, task: String, objective: String, seed: UInt64
  ) -> RunFolder {
    var seconds = time_t(time)
    var calendar = tm()
    gmtime_r(&seconds, &calendar)
    var text = [CChar](repeating: 0, count: 32)
    let count = strftime(&text, text.count, "%Y-%m-%dT%H-%M-%S", &calendar)
    let stamp = String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return RunFolder("\(root)/\(stamp)-\(task)-\(objective)-s\(seed)").claimed
  }

  /// This folder, or the first of `path-2`, `path-3`, … that was not there: made, and so nobody
  /// else's. The path itself where no folder can be made.
  var claimed: RunFolder {
    do {
      try FileSystem.makeFolder(FileSystem.parent(of: path))
      if try SafeFile.claimFolder(path) { return self }
      var number = 2
      while try !SafeFile.claimFolder("\(path)-\(number)") { number += 1 }
      return RunFolder("\(path)-\(number)")
    } catch {
      return self
    }
  }

  /// Makes the folder where it is missing.
  ///
  /// - Throws: `RecordingError` for what keeps it from being made.
  public func make() throws(RecordingError) { try FileSystem.makeFolder(path) }

  /// Removes the files of a run, its description first: without it the folder is no run. Links are
  /// removed, not followed; the folder goes when nothing else is in it.
  func removeFiles() {
    for file in [
      description, metrics, journal, rollouts, summary, checkpoint, base, task,
    ] {
      unlink(file)
      unlink(file + ".partial")
    }
    unlink(path + "/lock")
    rmdir(path)
  }

  /// Removes a folder in which nothing was written.
  public func removeIfEmpty() { rmdir(path) }
}
