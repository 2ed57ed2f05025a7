/// Every task that can be chosen by name.
public enum TaskCatalog {
  /// The tasks in the order of menus; the first is the default.
  public static let all: [any ReasoningTask.Type] = [
    ChainTask.self,
    AddTask.self,
    CountdownTask.self,
  ]

  public static var names: [String] { all.map { $0.info.name } }

  /// The task called `name`, with its default parameters.
  ///
  /// - Throws: `TaskError.unknownTask`, which lists the names there are.
  public static func task(named name: String) throws(TaskError) -> any ReasoningTask {
    guard let type = all.first(where: { $0.info.name == name }) else {
      throw .unknownTask(name: name, known: names)
    }
    return type.init()
  }
}
