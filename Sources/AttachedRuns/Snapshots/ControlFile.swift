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
  /// What was asked and is not answered yet, in order.
  private var waiting: [Waiting] = []
  /// The step after which a trainer that makes single steps stands still.
  private(set) var pausesAt: Int?

  init(folder: String) { path = folder + "/control.jsonl" }

  /// What was asked and is not answered yet, in words.
  var pending: String? { waiting.last?.line.command }

  var pendingKnobs: [String: PendingValue] {
    Dictionary(
      waiting.flatMap(\.knobs).map { ($0.name, PendingValue(value: $0.value)) }
    ) { $1 }
  }

  private struct Waiting {
    var line: Line
    var knobs: [KnobSetting]
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
    waiting.append(Waiting(line: line, knobs: knobs))
  }

  /// Takes note of the newest answer.
  mutating func settle(_ answer: ControlWords?) {
    guard let answer, let id = answer.id?.text,
      let place = waiting.firstIndex(where: { $0.line.id == id })
    else { return }
    // Answers come in order: what was asked before is answered as well.
    for request in waiting[...place] {
      guard request.line.command == "step", answer.accepted != false else {
        pausesAt = nil
        continue
      }
      pausesAt = max(pausesAt ?? 0, answer.step ?? 0) + (request.line.count ?? 1)
    }
    waiting.removeFirst(place + 1)
  }

  /// To a plain file of that name alone.
  private func append(_ bytes: [UInt8]) throws(FileError) {
    let file = try SafeFile.open(path, O_WRONLY | O_APPEND | O_CREAT, mode: 0o600)
    defer { SafeFile.close(file) }
    let code = SafeFile.write(bytes, to: file)
    guard code == 0 else { throw .system(operation: "write", path: path, code: code) }
  }
}
