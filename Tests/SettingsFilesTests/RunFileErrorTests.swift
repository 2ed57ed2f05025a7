import PolicyObjectives
import PolicyTraining
import StrictTOML
import Testing

@testable import SettingsFiles

/// Every kind of mistake, for every setting of the catalog.
@Suite("Mistakes in run settings files")
struct RunFileErrorTests {
  /// The error of a file whose second line is `text`.
  private func mistake(in text: String, prefix: String = "# a comment") -> SettingsError? {
    do {
      _ = try resolution("\(prefix)\n\(text)")
    } catch let error as SettingsError {
      return error
    } catch {
      Issue.record("not blamed on the file: \(error)")
    }
    return nil
  }

  @Test(arguments: RunField.allNames)
  func theWrongTypeIsNamedWithItsLine(name: String) throws {
    for value in ["true", "1979-05-27", "{ x = 1 }", "[1]", "[[\"a\"]]"] {
      let error = try #require(mistake(in: "\(name) = \(value)"))
      guard case .badValue("run.toml", 2, name, _, let allowed) = error else {
        Issue.record("\(error)")
        continue
      }
      #expect(!allowed.isEmpty)
    }
  }

  @Test(arguments: RunField.all.map(\.name))
  func aValueThatCannotBeIsNamedWithWhatCan(name: String) throws {
    let field = try #require(RunField.all.first { $0.name == name })
    let value =
      switch field.kind {
      case .text, .seed: "\"nonsense\""
      case .whole: "-1"
      case .list: "[\"5:nonsense\"]"
      }
    let error = try #require(mistake(in: "\(name) = \(value)"))
    guard case .badValue("run.toml", 2, name, value, let allowed) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(!allowed.contains("nonsense") && !allowed.isEmpty)
  }

  @Test(arguments: ObjectiveCatalog.names)
  func aKnobOutOfRangeIsNamedWithItsRange(objective: String) throws {
    let run = try resolution("objective = \"\(objective)\"")
    for (name, _) in run.configuration.knobValues {
      let error = try #require(
        mistake(in: "\(name) = -1e9", prefix: "objective = \"\(objective)\""))
      guard case .badValue("run.toml", 2, name, "-1000000000", let allowed) = error else {
        Issue.record("\(error)")
        continue
      }
      #expect(allowed.contains("≤ \(name) ≤") || allowed.contains("< \(name) ≤"))
    }
  }

  @Test(arguments: RunField.allNames)
  func aMistypedKeyIsAnsweredWithTheNearest(name: String) throws {
    let error = try #require(mistake(in: "\(name)q = 1"))
    guard case .unknownKey("run.toml", 2, let key, let nearest, _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(key == name + "q" && nearest == name)
    #expect(error.description.contains("perhaps '\(name)'"))
  }

  @Test(arguments: [
    ("x = [", 2), ("seed = 1\nseed = 2", 3), ("seed 1", 2), ("seed = 18446744073709551616", 2),
  ])
  func whatIsNoTOMLNamesTheLine(text: String, line: Int) throws {
    guard case .syntax("run.toml", line, let reason) = try #require(mistake(in: text)) else {
      Issue.record("\(String(describing: mistake(in: text)))")
      return
    }
    #expect(!reason.isEmpty)
  }

  @Test func aFileThatCannotBeReadIsNamed() {
    for path in ["/nonexistent/run.toml", "/"] {
      #expect {
        try RunLayer(file: path)
      } throws: { error in
        "\(error)".hasPrefix("\(path): cannot be read")
      }
    }
  }

  /// A move planned for an update is checked like the knob itself.
  @Test(arguments: ["5:sigma_base=0", "5:objective=x", "0:epochs=2", "5:eps_low=0.1"])
  func aPlannedMoveThatCannotBeIsBlamedOnItsKey(move: String) throws {
    let error = try #require(mistake(in: "at = [\"\(move)\"]"))
    guard case .badValue("run.toml", 2, "at", _, _) = error else {
      Issue.record("\(error)")
      return
    }
  }
}
