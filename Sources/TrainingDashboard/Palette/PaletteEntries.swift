import PolicyObjectives
import RunKnowledge
import RunViews
import TerminalCanvas
import Theming
import TrainingTelemetry

extension DashboardState {
  /// What is chosen by name: panels, lenses, views, themes, objectives, knobs.
  var namedEntries: [PaletteEntry] {
    panelEntries + knobEntries + breakpointEntries + lookEntries + objectiveEntries
      + explanationEntries + outsideEntries
  }

  /// What each panel shows: found by the quantities that it explains.
  private var explanationEntries: [PaletteEntry] {
    PanelCatalog.identities.map { panel in
      let descriptor = panel.descriptor
      return entry(
        "explain: \(descriptor.title)", .explanation(panel),
        aliases: descriptor.explanation.flatMap(Self.terms).joined(separator: " "),
        descriptor.summary)
    }
  }

  /// `σ₊, σ₋` of `σ₊, σ₋: width of the gate`.
  private static func terms(of paragraph: String) -> [String] {
    paragraph.split(separator: ". ").compactMap { sentence in
      let term = sentence.prefix { $0 != ":" }
      return term.count < sentence.count && term.count <= 24 ? String(term) : nil
    }
  }

  /// What people look for here and find on the command line.
  private var outsideEntries: [PaletteEntry] {
    Self.outside.map { title, aliases, command in
      PaletteEntry(
        "\(title): \(command)", .choose(.commandLine(command)), aliases: aliases,
        summary: "On the command line, beside this program or after it.")
    }
  }

  private static let outside = [
    ("export the policy", "huggingface llama save weights download", "maspo export RUN DIR"),
    ("numbers of a recorded run", "csv json metrics log data", "maspo show RUN --json"),
    ("compare objectives over seeds", "experiment study sweep significance", "maspo compare"),
    ("go on with a recorded run", "resume continue checkpoint load", "maspo resume RUN"),
    ("repeat a run and verify it", "replay reproduce digest", "maspo replay RUN"),
    ("recorded runs", "history list folder", "maspo runs"),
    ("without a screen", "headless batch script", "maspo train --json"),
    ("settings", "config configuration preferences options", "maspo config"),
  ]

  private func entry(
    _ title: String, _ choice: DashboardChoice, aliases: String = "", _ summary: String
  ) -> PaletteEntry {
    let action = DashboardAction.choose(choice)
    return PaletteEntry(
      title, action, aliases: aliases, summary: summary, refusal: refusal(of: action)?.reason)
  }

  /// Panels beyond the digits; the others are in the table of keys.
  private var panelEntries: [PaletteEntry] {
    PanelCatalog.identities.enumerated().filter { index, _ in
      keys.key(for: .choosePanel(index + 1)) == nil
    }.map { _, panel in
      let descriptor = panel.descriptor
      return entry(
        "panel: \(descriptor.title)", .panel(panel), aliases: descriptor.name, descriptor.summary)
    }
  }

  private var knobEntries: [PaletteEntry] {
    knobRows.all.map { row in
      let name = row.target == .asymmetry ? "" : " (\(row.names[0]))"
      let now = row.isMixed ? "mixed" : KnobFormat.text(row.future)
      return entry(
        "set \(row.symbol)\(name) …", .knobValue(row.target),
        aliases: row.names.joined(separator: " "), "\(row.summary) Now \(now).")
    }
  }

  private var breakpointEntries: [PaletteEntry] {
    let examples = Breakpoint.Quantity.allCases.map(\.example).joined(separator: ", ")
    return [
      entry(
        "pause when …", .newBreakpoint, aliases: "breakpoint break",
        "The run pauses after the update at which a condition holds: \(examples).")
    ]
      + run.present.breakpoints.map {
        entry(
          "no longer pause when \($0)", .removedBreakpoint($0), aliases: "breakpoint remove",
          "Removes the breakpoint.")
      }
  }

  private var lookEntries: [PaletteEntry] {
    let lenses = TokenLens.allCases.map {
      entry("lens: \($0.title)", .lens($0), "\($0.explanation).")
    }
    let views = LedgerView.allCases.map {
      entry(
        $0 == .overTime ? "ledger: over time" : "ledger: by bucket of π_old", .ledgerView($0),
        "How the update ledger splits the push.")
    }
    let characters = GlyphSet.allCases.map {
      entry("characters: \($0.rawValue)", .glyphs($0), aliases: "glyphs", "What plots are made of.")
    }
    let themes = appearance.themes.map { entry("theme: \($0.name)", .theme($0.name), $0.summary) }
    return lenses + views + characters + themes
  }

  private var objectiveEntries: [PaletteEntry] {
    let infos = ObjectiveCatalog.all.map { type in type.info }
    let switches = infos.map { info in
      entry("objective: \(info.title)", .objective(info.name), aliases: info.name, info.summary)
    }
    let comparisons = infos.map { info in
      entry(
        "compare with: \(info.title)", .comparedObjective(info.name), aliases: info.name,
        info.summary)
    }
    return switches + comparisons
  }
}
