public import FoundationEssentials
internal import LocalFiles
internal import PolicyTraining
internal import ReasoningTasks
internal import RepeatableRandom
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// A folder with one file for each finished run.
///
/// A file is JSON: schema, key (everything that determines the run), digest of the result's own
/// JSON text, and the result. It is written under another name and renamed, so that a killed
/// program leaves a whole file or none. A file that does not match in any respect is not used.
public struct ResultStore: Sendable {
  static let schema = "maspo-compare-run/1"

  public let folder: URL

  public init(folder: URL) {
    self.folder = folder
  }

  /// `compare` in the person's state folder.
  public static var defaultFolder: URL { folder(named: "compare") }

  /// `forks` in the person's state folder.
  public static var defaultForkFolder: URL { folder(named: "forks") }

  private static func folder(named name: String) -> URL {
    let state = UserFolder.state.path(environment: ProcessInfo.processInfo.environment)
    return URL(fileURLWithPath: "\(state)/\(name)", isDirectory: true)
  }

  public enum Finding: Sendable, Hashable {
    case found(RunResult)
    case absent
    /// A file is there but cannot be used; the text says why.
    case damaged(String)
  }

  private struct Envelope: Codable {
    var schema: String
    var key: String
    var digest: String
    /// The result as JSON text, so that the digest is of exact bytes.
    var result: String
  }

  /// Looks for the run's result.
  public func load(_ run: PlannedRun, key: String) -> Finding {
    let file = file(of: run, key: key)
    guard FileManager.default.fileExists(atPath: file.path) else { return .absent }
    switch Self.read(file.path) {
    case .success(let entry):
      return entry.key == key ? .found(entry.result) : .damaged("it belongs to another run")
    case .failure(let damage): return .damaged(damage.reason)
    }
  }

  struct Damage: Error {
    let reason: String
  }

  /// A result with everything that determines its run.
  struct Entry {
    let key: String
    let result: RunResult
  }

  /// Reads a file of the store, whatever run it is of.
  static func read(_ path: String) -> Result<Entry, Damage> {
    func damage(_ reason: String) -> Result<Entry, Damage> { .failure(Damage(reason: reason)) }
    guard let data = try? contents(of: path) else { return damage("unreadable") }
    guard let envelope = JSONText.decode(Envelope.self, from: data, keys: .exact) else {
      return damage("torn, or not a result")
    }
    guard envelope.schema == Self.schema else { return damage("schema \(envelope.schema)") }
    let text = Data(envelope.result.utf8)
    guard envelope.digest == FNV1a(text).digits else { return damage("wrong digest") }
    guard let result = JSONText.decode(RunResult.self, from: text, keys: .exact) else {
      return damage("its result cannot be read")
    }
    guard result.isPlausible else { return damage("its result counts what no run counts") }
    return .success(Entry(key: envelope.key, result: result))
  }

  private static func contents(of path: String) throws(FileError) -> Data {
    let descriptor = try SafeFile.open(path, O_RDONLY)
    defer { SafeFile.close(descriptor) }
    return Data(try SafeFile.contents(of: descriptor, path: path, limit: largestFile))
  }

  /// Writes the run's result, atomically.
  ///
  /// - Throws: `ComparisonError.storage`.
  public func store(_ result: RunResult, of run: PlannedRun, key: String) throws {
    let file = file(of: run, key: key)
    do {
      let text = try JSONText.encodeFinite(result)
      let envelope = Envelope(
        schema: Self.schema, key: key, digest: FNV1a(text).digits,
        result: String(decoding: text, as: UTF8.self))
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try SafeFile.replace(file.path, with: JSONText.encodeFinite(envelope))
    } catch {
      throw ComparisonError.storage(
        path: file.path, reason: "cannot be written: \(error.systemReason)")
    }
  }

  /// How many of the runs have a result that differs from them in nothing but the arithmetic of
  /// the machine on which it was made.
  func countInOtherArithmetic(_ runs: [(run: PlannedRun, key: String)]) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let files = Dictionary(grouping: names, by: Self.readablePart)
    return runs.count { run, key in
      let own = file(of: run, key: key).lastPathComponent
      return (files[Self.readablePart(of: own)] ?? []).contains { name in
        guard name != own,
          let bytes = try? SafeFile.contents(
            of: folder.appendingPathComponent(name).path, limit: Self.largestFile),
          let envelope = JSONText.decode(Envelope.self, from: bytes, keys: .exact)
        else { return false }
        return Self.withoutArithmetic(envelope.key) == Self.withoutArithmetic(key)
      }
    }
  }

  /// A run of a million iterations does not reach it.
  private static let largestFile = 1 << 28

  /// The name of a result's file before the digest of its key.
  private static func readablePart(of name: String) -> Substring {
    name[..<(name.lastIndex(of: "-") ?? name.endIndex)]
  }

  static func withoutArithmetic(_ key: String) -> String {
    key.replacing(#/arithmetic [0-9a-f]+/#, with: "arithmetic")
  }

  /// A readable name with a digest of the key.
  public func file(of run: PlannedRun, key: String) -> URL {
    let words = [run.task, run.preset, "\(run.seed)", run.arm.label]
    let readable = words.joined(separator: "-").map { character in
      character.isASCII && (character.isLetter || character.isNumber || "-_.".contains(character))
        ? character : "-"
    }
    let name = String(readable.prefix(120)) + "-" + FNV1a(key).digits + ".json"
    return folder.appendingPathComponent(name)
  }
}

extension PlannedRun {
  /// Everything that determines the run's numbers, as one line.
  ///
  /// - Parameter base: the key of its base policy.
  func key(base: String) -> String {
    let optimizer = configuration.optimizer
    let evaluation = configuration.evaluation
    let knobs = configuration.knobValues.map { "\($0.name)=\(KnobText.format($0.value))" }
    return [
      "base \(base)", "objective \(arm.objective)\(arm.isPlacebo ? " placebo" : "")",
      "seed \(seed)", "iterations \(configuration.iterationLimit ?? 0)",
      "knobs \(knobs.joined(separator: " "))",
      "optimizer \(optimizer.rampIterations) \(optimizer.beta1) \(optimizer.beta2) "
        + "\(optimizer.epsilon) \(optimizer.weightDecay)",
      "evaluation \(evaluation.interval) \(evaluation.promptCount) "
        + "\(evaluation.samplesPerPrompt)",
    ].joined(separator: "; ") + keyOfStart
  }

  private var keyOfStart: String {
    guard case .state(let point, let change) = start else { return "" }
    return "; state \(point.digest); change \(change?.text ?? "none")"
  }
}
