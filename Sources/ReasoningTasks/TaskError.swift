/// What can be wrong with a task, its parameters or a prompt that came from outside.
public enum TaskError: Error, Sendable, Hashable {
  case unknownTask(name: String, known: [String])
  case parameterOutOfRange(task: String, parameter: String, value: String, allowed: String)
  case invalidPrompt(task: String, prompt: String, reason: String)
}

extension TaskError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownTask(let name, let known):
      "there is no task '\(name)'; there are: \(known.joined(separator: ", "))"
    case .parameterOutOfRange(let task, let parameter, let value, let allowed):
      "\(task): \(parameter) is \(value), allowed: \(allowed)"
    case .invalidPrompt(let task, let prompt, let reason):
      "\(task): \"\(prompt)\" is not a prompt: \(reason)"
    }
  }
}

/// Checks that a parameter lies within a range.
func requireParameter<Value: Comparable & Sendable>(
  _ task: String, _ parameter: String, _ value: Value, in range: ClosedRange<Value>
) throws(TaskError) {
  guard range.contains(value) else {
    throw .parameterOutOfRange(
      task: task, parameter: parameter, value: "\(value)",
      allowed: "\(range.lowerBound) to \(range.upperBound)")
  }
}
