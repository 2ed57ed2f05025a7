internal import ArgumentParser
internal import TrainingTelemetry

/// Conditions at which the run pauses; shared by the commands that make one.
struct BreakpointOptions: ParsableArguments {
  @Option(
    name: .customLong("break"),
    help: ArgumentHelp(
      "Pause after the update at which this holds: "
        + Breakpoint.Quantity.allCases.map(\.example).joined(separator: ", ")
        + ", each with > or < and any number. Repeatable. Without a screen the run ends there, "
        + "with exit status 5.", valueName: "condition"))
  var conditions: [String] = []

  func validate() throws { _ = try breakpoints() }

  /// - Throws: `BreakpointError` for the first that cannot be.
  func breakpoints() throws -> [Breakpoint] {
    try conditions.map { try Breakpoint(parsing: $0) }
  }

  /// The same run with these breakpoints.
  func added(to prepared: PreparedRun) throws -> PreparedRun {
    var prepared = prepared
    prepared.breakpoints = try breakpoints()
    return prepared
  }
}
