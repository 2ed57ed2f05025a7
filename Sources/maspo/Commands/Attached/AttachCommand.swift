internal import ArgumentParser
internal import AttachedRuns
internal import FoundationEssentials
internal import LocalFiles
internal import PolicyObjectives
internal import PolicyTraining
internal import TerminalCanvas
internal import TinyTransformer
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// Follows a run that another trainer makes.
struct AttachCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attach",
    abstract: "See inside a TRL or verl run, through the folder that its probe writes.",
    discussion: """
      Follows a run that grows, one that has ended, and one that has not begun: it waits and says \
      for what. 'maspo probe' is the file that writes the folder. In a terminal the dashboard opens: \
      its objective and knobs ask "what if" of the run's own tokens, and steer the trainer only \
      where the probe was started with control=True. Elsewhere, and with --plain, there is a line \
      for each optimizer step; with --json an object, in which what is not known is left out.

      Exit status: 0 when the run has ended or what was there is told, 1 for a mistake or an error.
      """)

  @Argument(help: "The folder that the probe writes.", completion: .directory)
  var folder: String

  @Flag(help: "One JSON object for each optimizer step.")
  var json = false

  @Flag(help: "Lines of text instead of the dashboard.")
  var plain = false

  @Flag(help: "Tell what is there and end, instead of following the run.")
  var once = false

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "A parameter of the MASPO that is held against the objective in force; the dashboard judges "
        + "by it from the start. Repeatable.",
      valueName: "name=value"))
  var settings: [String] = []

  @OptionGroup var look: ScreenOptions
  @OptionGroup var userOptions: UserSettingsOptions

  func run() throws {
    var isFolder = false
    if FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), !isFolder {
      throw ValidationError("\(folder) is no folder; the folder that a probe writes is wanted")
    }
    LargeBlocks.areReused()
    let maspo = try maspo()
    let isInTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    if isInTerminal, !plain, !json, !once {
      let view = AttachedView(
        path: folder, whatIf: settings.isEmpty ? nil : maspo, newestFirst: true)
      try DashboardProgram(look: look, user: userOptions.load()).attach(view, path: folder)
      return
    }
    try tell(maspo)
  }

  private func tell(_ maspo: MASPOObjective) throws {
    var run = AttachedRun(path: folder, maspo: maspo)
    var hasWaited = false
    while true {
      let steps = run.poll(isFinal: once, steps: 1)
      for notice in run.takeNotices() { printError(notice) }
      for step in steps {
        try write(step.figures)
        for finding in step.findings { try say("! step \(step.figures.step): \(finding.text)") }
      }
      // A long stream is read step by step.
      if !steps.isEmpty { continue }
      switch run.state {
      case .ended(let reason):
        printError("\(run.title): \(reason)")
        return
      case .waiting(let what):
        if once { throw ValidationError("nothing to attach to: there is not yet \(what)") }
        if !hasWaited { printError("waiting for \(what)") }
        hasWaited = true
      case .underWay: break
      }
      if once { return }
      usleep(useconds_t(1e6 * AttachedWorker.interval))
    }
  }

  private func maspo() throws -> MASPOObjective {
    var objective = MASPOObjective()
    for text in settings {
      guard let (name, value) = KnobText.parse(text) else {
        throw ValidationError("--set \(text): a name and a number, as in sigma_base=0.2")
      }
      for parameter in MASPOObjective.parameters(meantBy: name) {
        try objective.set(parameter, to: value)
      }
    }
    return objective
  }

  private func write(_ figures: StepFigures) throws {
    if json {
      try StandardStreams.writeOutput(Data(JSONText.encode(figures) + [UInt8(ascii: "\n")]))
    } else {
      try printOutput(Self.line(figures))
    }
  }

  /// Among the lines, and beside the objects.
  private func say(_ text: String) throws {
    if json { printError(text) } else { try printOutput(text) }
  }

  static func line(_ figures: StepFigures) -> String {
    func number(_ value: Double) -> String { NumberFormat.significant(value, digits: 3) }
    var parts = ["step \(figures.step)"]
    if let loss = figures.loss { parts.append("loss \(number(loss))") }
    if let reward = figures.reward { parts.append("reward \(number(reward))") }
    if let entropy = figures.entropy { parts.append("H \(number(entropy))") }
    if let low = figures.ratioMin, let high = figures.ratioMax {
      parts.append("ρ \(number(low)) to \(number(high))")
    }
    if figures.clipLow != nil || figures.clipHigh != nil {
      parts.append(
        "clipped \(NumberFormat.share(figures.clipLow)) below, "
          + "\(NumberFormat.share(figures.clipHigh)) above")
    }
    if let removed = figures.removedShare {
      parts.append("gate took \(NumberFormat.share(removed))")
    }
    if let removed = figures.maspoRemovedShare {
      parts.append("MASPO's would take \(NumberFormat.share(removed))")
    }
    if let gap = figures.samplerGap, gap.largest > 0 {
      parts.append("sampler off by \(number(gap.mean)), at most \(number(gap.largest))")
    }
    if let equal = figures.equalGroups { parts.append("\(counted(equal, "equal group"))") }
    if let truncated = figures.truncated, truncated > 0 { parts.append("\(truncated) truncated") }
    if let bad = figures.nonfinite { parts.append("\(bad) tokens not finite") }
    if let dropped = figures.dropped, dropped > 0 { parts.append("\(dropped) frames dropped") }
    parts.append("\(NumberFormat.count(figures.tokens)) tokens")
    return parts.joined(separator: "  ")
  }
}
