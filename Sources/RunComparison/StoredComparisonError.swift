/// Why a store cannot be shown as it was asked for.
public enum StoredComparisonError: Error, Hashable {
  /// With what is wrong with the first file.
  case noResults(String, String?)
  case nothingSelected(String, [String])
  case severalTasks(String, [String])
  /// Results of different lengths, evaluations or states.
  case severalComparisons(String)
  case oneArm(String, String)
  case unknownArm(String, [String])
  case tooManyArms(String, [String], most: Int)
  case noCommonSeed(String)
}

extension StoredComparisonError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noResults(let folder, let damage):
      "\(folder) holds neither a run nor results of maspo compare"
        + (damage.map { " (\($0))" } ?? "")
    case .nothingSelected(let folder, let known):
      "\(folder) has no results of that --task and --preset; it has \(Self.list(known))"
    case .severalTasks(let folder, let kinds):
      "\(folder) has results of \(Self.list(kinds)): name one by --task and --preset"
    case .severalComparisons(let folder):
      "\(folder) has results of several comparisons that differ in iterations, evaluation or "
        + "settings: give each comparison a store of its own, maspo compare --out"
    case .oneArm(let folder, let name):
      "\(folder) has results of \(name) alone: there is nothing beside it"
    case .unknownArm(let name, let known):
      "--arms: there is no '\(name)'; the store has \(Self.list(known))"
    case .tooManyArms(let folder, let names, let most):
      "\(folder) has \(names.count) arms, and at most \(most) are shown: name them by --arms, of "
        + Self.list(names)
    case .noCommonSeed(let folder): "\(folder) has no seed of which every arm is finished"
    }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(20).joined(separator: ", ") + (names.count > 20 ? " …" : "")
  }
}
