/// Every task that can be chosen by name.
public enum TaskCatalog {
  /// The tasks with parameters that are known to learn, in the order of menus; the first is the
  /// default.
  public static let all: [any ReasoningTask] = [ChainTask(), AddTask(), CountdownTask()]

  public static var names: [String] { all.map(\.info.name) }

  /// The task called `name`, with its default parameters.
  ///
  /// - Throws: `TaskError.unknownTask`, which lists the names there are.
  public static func task(named name: String) throws(TaskError) -> any ReasoningTask {
    guard let task = all.first(where: { $0.info.name == name }) else {
      throw .unknownTask(name: name, known: names)
    }
    return task
  }
}
