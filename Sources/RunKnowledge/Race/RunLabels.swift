import PolicyObjectives
import TerminalCanvas
import TrainingTelemetry

/// What recorded runs beside each other are called: by what they differ in, else by their names.
public enum RunLabels {
  private static let mostKnobs = 2

  /// - Parameter runs: each with its name.
  public static func labels(of runs: [(name: String, run: KnownRun)]) -> [String] {
    let snapshots = runs.map(\.run.snapshot)
    func differing(_ value: (Int) -> String) -> [String] {
      let values = runs.indices.map(value)
      return Set(values).count > 1 ? values : values.map { _ in "" }
    }
    let knobs = knobColumns(of: runs.map(\.run))
    let kinds = differing { title(of: runs[$0].run) }
    let titles = kinds.indices.map { index in
      // A knob that no other objective here has says which objective it is of.
      let isTold = knobs.contains { column in
        !column[index].isEmpty
          && zip(kinds, column).allSatisfy { $0 == kinds[index] || $1.isEmpty }
      }
      return isTold ? "" : kinds[index]
    }
    let columns =
      [titles] + knobs + [
        differing { snapshots[$0].identity.task }, differing { snapshots[$0].identity.preset },
        differing { index in snapshots[index].identity.seed.map { "seed \($0)" } ?? "" },
      ]
    let labels = runs.indices.map { index in
      columns.map { $0[index] }.filter { !$0.isEmpty }.joined(separator: " ")
    }
    return zip(labels, runs).map { label, run in
      if label.isEmpty { return run.name }
      return labels.count { $0 == label } > 1 ? "\(label) \(run.name)" : label
    }
  }

  private static func title(of run: KnownRun) -> String {
    ObjectiveCatalog.title(
      of: run.history.objectiveChanges.first?.oldObjective ?? run.status.objective)
  }

  /// A column for each knob that runs of one objective and preset began with at different values,
  /// the foremost alone.
  private static func knobColumns(of runs: [KnownRun]) -> [[String]] {
    func kind(_ run: KnownRun) -> String { "\(run.snapshot.identity.preset) \(title(of: run))" }
    var columns: [[String]] = []
    for name in runs.flatMap({ $0.snapshot.knobs.map(\.name) }).uniqued() {
      let knobs = runs.map { $0.snapshot.knob(named: name) }
      let differs = runs.indices.contains { index in
        runs.indices.contains { other in
          kind(runs[index]) == kind(runs[other]) && knobs[index] != nil && knobs[other] != nil
            && knobs[index]?.initialValue != knobs[other]?.initialValue
        }
      }
      guard differs, columns.count < mostKnobs else { continue }
      columns.append(
        knobs.map { knob in
          knob.map { "\($0.specification.symbol) \(KnobFormat.text($0.initialValue))" } ?? ""
        })
    }
    return columns
  }
}

extension [String] {
  fileprivate func uniqued() -> [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
