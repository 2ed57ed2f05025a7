internal import ArgumentParser
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// What the program's exit statuses mean. A command line that cannot be read ends with
/// ArgumentParser's own 64.
enum ExitStatus: Equatable {
  /// Everything ended as asked, a stop that was asked for included.
  case done
  /// A value that is not allowed, a run that could not start or continue, or lost output.
  case failure
  /// A number of the run stopped being finite.
  case nonFinite
  /// The weights of a repeated run differ from the recorded ones.
  case weightsDiffer
  /// A run without a screen ended at a breakpoint.
  case breakpoint
  /// An automatic tour said something that did not happen.
  case tourNotAsSaid
  /// Ended early by the signal of this number, as shells count it.
  case signal(Int32)

  /// The status of a run that stopped for `reason`; `nil` where it did not say.
  init(_ reason: RunStatus.StopReason?) {
    self =
      switch reason {
      case .nonFinite: .nonFinite
      case .failed: .failure
      case .breakpoint: .breakpoint
      case .iterationLimit, .requested, .ended, nil: .done
      }
  }

  /// The status of a dashboard that was left for `reason`; the stop of its run counts where the
  /// person left it by a key or it closed by itself.
  init(_ reason: DashboardSession.Outcome.Reason, run: RunStatus.StopReason?) {
    self =
      switch reason {
      case .signal(let number): .signal(number)
      case .hangup: .signal(SIGHUP)
      case .quit, .finished: ExitStatus(run)
      }
  }

  var code: ExitCode {
    switch self {
    case .done: .success
    case .failure: .failure
    case .nonFinite: ExitCode(3)
    case .weightsDiffer: ExitCode(4)
    case .breakpoint: ExitCode(5)
    case .tourNotAsSaid: ExitCode(6)
    case .signal(let number): ExitCode(128 + number)
    }
  }

  /// - Throws: the status as `ExitCode`, unless everything is done.
  func throwUnlessDone() throws {
    if self != .done { throw code }
  }
}
