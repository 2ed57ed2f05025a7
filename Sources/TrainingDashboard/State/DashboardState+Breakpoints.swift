import RunKnowledge
import TrainingTelemetry

extension DashboardState {
  mutating func openBreakpoints() {
    overlay =
      run.present.breakpoints.isEmpty ? .prompt(Prompt(.breakpoint)) : .menu(Menu(.breakpoints))
  }

  /// One more, then those set.
  var breakpointItems: [MenuItem] {
    let hits = run.present.status.breakpoints?.hits ?? []
    let first = MenuItem(
      title: "pause when …", summary: "One more condition at which the run pauses.", details: [])
    return [first]
      + run.present.breakpoints.map { breakpoint in
        MenuItem(
          title: "\(breakpoint)",
          summary: "Set: the run pauses after the update at which this holds.",
          details: hits.filter { $0.breakpoint == breakpoint }.map {
            "It paused now: \($0.finding)."
          }
            + ["\(keys.shown("menu-accept")) removes it."])
      }
  }

  mutating func chooseBreakpoint(_ index: Int, at time: Double) -> [DashboardEffect] {
    guard index > 0 else { return choose(.newBreakpoint, at: time) }
    guard run.present.breakpoints.indices.contains(index - 1) else { return [] }
    return choose(.removedBreakpoint(run.present.breakpoints[index - 1]), at: time)
  }

  /// Takes the condition that was typed, or keeps the prompt open with the reason against it.
  mutating func submitBreakpoint(_ prompt: Prompt, at time: Double) -> [DashboardEffect] {
    var refused = prompt
    do throws(BreakpointError) {
      let breakpoint = try Breakpoint(parsing: prompt.text)
      guard !run.present.breakpoints.contains(breakpoint) else {
        refused.refusal = "\(breakpoint) is set already"
        overlay = .prompt(refused)
        return []
      }
      overlay = nil
      say("the run pauses when \(breakpoint); \(keys.shown("breakpoints")) removes it", at: time)
      return [.send(.addBreakpoint(breakpoint))]
    } catch {
      refused.refusal = error.description
      overlay = .prompt(refused)
      return []
    }
  }
}
