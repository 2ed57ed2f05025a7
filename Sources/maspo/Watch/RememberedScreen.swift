internal import FoundationEssentials
internal import PolicyTraining
internal import SettingsFiles
internal import TrainingDashboard

#if canImport(Glibc)
  internal import Glibc
#endif

/// The choices that outlive a dashboard: read when it opens, kept when it is left.
struct RememberedScreen {
  /// The settings in force, remembered choices included.
  let settings: ScreenSettings
  /// What is wrong with the file of choices, if anything.
  private(set) var warning: String?
  private let user: ScreenSettings
  private let path: String

  /// - Parameters:
  ///   - look: the options, which win.
  ///   - user: the person's settings file, which choices made since then win over.
  init(_ look: ScreenOptions, over user: ScreenSettings) {
    self.user = user
    path = Self.path
    var settings = user
    if look.settings(over: user).remembers {
      do throws(SettingsError) {
        settings.add(try ScreenMemory(reading: path).settings(over: user))
      } catch {
        warning = "\(error); choices of earlier dashboards are left out"
      }
    }
    self.settings = look.settings(over: settings)
  }

  static var path: String {
    ScreenMemory.path(environment: ProcessInfo.processInfo.environment)
  }

  /// Keeps what was changed on the screen.
  ///
  /// - Returns: why that failed, if it did.
  func keep(from start: DashboardState, to end: DashboardState) -> String? {
    let before = ScreenSettings.choices(of: start)
    let after = ScreenSettings.choices(of: end)
    guard settings.remembers, before != after else { return nil }
    // Another dashboard may have been left in the meantime.
    var memory = (try? ScreenMemory(reading: path)) ?? ScreenMemory(path: path)
    memory.keep(from: before, to: after, over: user)
    do {
      try memory.write()
      return nil
    } catch {
      return "the choices made on the screen are not kept: \(path): \(error.systemReason)"
    }
  }
}
