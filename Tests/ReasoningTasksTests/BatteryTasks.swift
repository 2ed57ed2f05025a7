import Foundation
import ReasoningTasks

/// The tasks that every battery of tests goes through: those of the catalog, and the example of one
/// of the user's own.
enum BatteryTasks {
  static let own = "sort-letters"
  static let names = TaskCatalog.names + [own]

  static func task(named name: String) throws -> any ReasoningTask {
    name == own
      ? try FileTask(file: SortLettersExample.path.path) : try TaskCatalog.task(named: name)
  }
}
