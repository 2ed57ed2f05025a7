internal import FoundationEssentials
internal import LocalFiles
internal import TerminalCanvas

/// What `maspo benchmark` found, for people and for programs.
struct BenchmarkReport: Encodable {
  /// One measured quantity: the median of its repetitions, and their range.
  struct Figure: Encodable {
    let name: String
    let unit: String
    let median: Double
    let minimum: Double
    let maximum: Double
    let repetitions: Int
    /// What was measured, in a few words.
    let meaning: String

    /// - Precondition: `samples` is not empty.
    init(_ name: String, _ unit: String, _ samples: [Double], _ meaning: String) {
      let sorted = samples.sorted()
      let middle = sorted.count / 2
      self.name = name
      self.unit = unit
      self.meaning = meaning
      median =
        sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
      minimum = sorted[0]
      maximum = sorted[sorted.count - 1]
      repetitions = sorted.count
    }
  }

  /// One point of a scaling table.
  struct ScalingPoint: Encodable {
    /// What is varied, and its value.
    let variable: String
    let value: Int
    let rolloutMilliseconds: Double
    let updateMilliseconds: Double
    /// Arithmetic of rollout and of update, in operations.
    let rolloutOperations: Double
    let updateOperations: Double
  }

  var schema = "maspo-benchmark/1"
  var version: String
  var instructionSet: String
  var threads: Int
  var figures: [Figure] = []
  var scaling: [ScalingPoint] = []
  /// What could not be measured, and why.
  var omissions: [String] = []

  func json() throws -> String {
    String(decoding: try JSONText.encodeFinite(self, pretty: true), as: UTF8.self)
  }

  /// Tables for people.
  var text: String {
    var lines = ["maspo \(version), \(threads) threads, \(instructionSet)", ""]
    let names = figures.map { $0.name.count }.max() ?? 0
    lines.append(
      pad("", names) + padLeft("median", 10) + padLeft("least", 10) + padLeft("most", 10)
        + padLeft("n", 6))
    for figure in figures {
      let numbers = [figure.median, figure.minimum, figure.maximum].map {
        padLeft(Self.short($0), 10)
      }
      lines.append(
        pad(figure.name, names) + numbers.joined() + padLeft("\(figure.repetitions)", 6)
          + "  \(figure.unit)  \(figure.meaning)")
    }
    lines += scalingLines
    if !omissions.isEmpty { lines += [""] + omissions.map { "not measured: \($0)" } }
    return lines.joined(separator: "\n")
  }

  /// Time beside arithmetic: a rate that does not fall says that cost grows as it should.
  private var scalingLines: [String] {
    guard !scaling.isEmpty else { return [] }
    func columns(_ milliseconds: String, _ operations: String, _ rate: String) -> String {
      padLeft(milliseconds, 12) + padLeft(operations, 9) + padLeft(rate, 10)
    }
    func columns(_ milliseconds: Double, _ operations: Double) -> String {
      columns(
        Self.short(milliseconds), Self.short(operations * 1e-9),
        Self.short(operations / milliseconds * 1e-6))
    }
    var lines = [
      "",
      pad("", 18) + columns("rollout ms", "GFLOP", "GFLOP/s")
        + columns("update ms", "GFLOP", "GFLOP/s"),
    ]
    for point in scaling {
      lines.append(
        pad("\(point.variable) \(point.value)", 18)
          + columns(point.rolloutMilliseconds, point.rolloutOperations)
          + columns(point.updateMilliseconds, point.updateOperations))
    }
    lines.append("every answer of full length, random weights: nothing but the prompts is shared")
    return lines
  }

  /// Three significant digits, with k, M or G for large numbers.
  private static func short(_ value: Double) -> String {
    let units: [(scale: Double, name: String)] = [(1e9, " G"), (1e6, " M"), (1e4, " k")]
    let unit = units.first { abs(value) >= $0.scale }
    let divisor = unit.map { $0.name == " k" ? 1e3 : $0.scale } ?? 1
    let scaled = value / divisor
    let digits = abs(scaled) >= 100 ? 0 : abs(scaled) >= 10 ? 1 : abs(scaled) >= 1 ? 2 : 3
    return NumberFormat.fixed(scaled, decimals: digits) + (unit?.name ?? "")
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func padLeft(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

/// Seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  try ContinuousClock().measure(body) / .seconds(1)
}
