internal import FoundationEssentials
internal import LocalFiles
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// Requests to a probe that obeys, one JSON object a line, appended to `control.jsonl` of its
/// folder; the page ProbeStream has the format. A request is pending until the stream answers it.
struct ControlFile {
  enum Request {
    case run, pause
    /// Optimizer steps.
    case step(Int)
    case set([KnobSetting])
  }

  private let path: String
  private var number = 0
  private var waiting: (id: String, words: String, knobs: [KnobSetting])?

  init(folder: String) { path = folder + "/control.jsonl" }

  /// What was asked and is not answered yet, in words.
  var pending: String? { waiting?.words }

  var pendingKnobs: [String: PendingValue] {
    Dictionary(
      (waiting?.knobs ?? []).map { ($0.name, PendingValue(value: $0.value)) }
    ) { $1 }
  }

  private struct Line: Encodable {
    var id: String
    var attempt: Int?
    var command: String
    var count: Int?
    var values: [String: Double?]?
  }

  /// - Throws: `FileError`.
  mutating func ask(_ request: Request, attempt: Int?) throws {
    number += 1
    var line = Line(id: "maspo-\(getpid())-\(number)", attempt: attempt, command: "")
    var knobs: [KnobSetting] = []
    switch request {
    case .run: line.command = "run"
    case .pause: line.command = "pause"
    case .step(let count): (line.command, line.count) = ("step", count)
    case .set(let settings):
      line.command = "set"
      line.values = Dictionary(settings.map { ($0.name, $0.value) }) { $1 }
      knobs = settings
    }
    try append(JSONText.encode(line) + [UInt8(ascii: "\n")])
    waiting = (line.id, line.command, knobs)
  }

  /// Takes note of the newest answer.
  mutating func settle(_ answer: ControlWords?) {
    if let id = answer?.id?.text, id == waiting?.id { waiting = nil }
  }

  /// In one write, to a plain file of that name alone.
  private func append(_ bytes: [UInt8]) throws {
    let file = open(
      path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw FileError.system(operation: "open", path: path, code: errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw FileError.notPlain(path: path, kind: "something else")
    }
    let count = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    guard count == bytes.count else {
      throw FileError.system(operation: "write", path: path, code: count < 0 ? errno : ENOSPC)
    }
  }
}
