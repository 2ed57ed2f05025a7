/// What can be wrong with a comparison from outside.
public enum ComparisonError: Error, Hashable {
  case malformedSetting(String)
  case malformedSweep(String)
  case malformedSeeds(String)
  /// No arm has the knob that a sweep varies.
  case unknownSweep(String)
  case unknownReference(String, known: [String])
  case empty(String)
  /// The run would go on just the same.
  case nothingChanges(String)
  case malformedReplicas(String)
  case malformedShard(String)
  /// A base policy could not be made.
  case noBasePolicy(task: String, seed: UInt64, reason: String)
  /// A file or folder could not be written or read.
  case storage(path: String, reason: String)
}

extension ComparisonError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformedSetting(let text):
      "setting '\(text)': expected KNOB=NUMBER or KNOB=none, as in maspo:sigma_base=0.2"
    case .malformedSweep(let text):
      "sweep '\(text)': expected KNOB=NUMBER,NUMBER…, such as sigma_base=0.1,0.2,0.5"
    case .malformedSeeds(let text):
      "seeds '\(text)': expected a count (8), a range (3-10) or a list (1,4,9)"
    case .unknownSweep(let name): "no objective of the comparison has a knob '\(name)'"
    case .unknownReference(let name, let known):
      "reference '\(name)' is not among the arms: \(known.joined(separator: ", "))"
    case .nothingChanges(let text):
      "the change \(text.isEmpty ? "is empty" : "'\(text)' changes nothing here"): name a knob with "
        + "another value, or another objective"
    case .malformedReplicas(let text):
      "replicas '\(text)': expected a count (8), a range (9-16) or a list (1,4,9), from 1 on"
    case .malformedShard(let text):
      "shard '\(text)': expected K/N, the K-th of N shares of the runs, such as 3/16: N from 1 to "
        + "\(ComparisonShard.mostShares), K from 1 to N"
    case .empty(let what): "the comparison has no \(what)"
    case .noBasePolicy(let task, let seed, let reason):
      "no base policy for \(task) from base seed \(seed): \(reason)"
    case .storage(let path, let reason): "\(path): \(reason)"
    }
  }
}
