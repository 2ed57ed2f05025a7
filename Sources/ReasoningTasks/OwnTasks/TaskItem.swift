/// A prompt of a file, with its answer.
struct TaskItem: Sendable, Hashable, Encodable {
  var prompt: String
  var answer: String
  /// How a teacher would answer, often wrong; never empty.
  var demonstrations: [String]
}

/// What a file of prompts and answers may hold.
enum TaskFileLimits {
  /// Bytes of the whole file.
  static let bytes = 16 << 20
  static let lines = 100_000
  /// Of a prompt, an answer or a demonstration.
  static let characters = 255
  static let demonstrations = 64
  /// Different characters of the whole file.
  static let vocabulary = 253
}

extension Unicode.Scalar {
  /// Whether it can be a token: it prints, in a cell or two of its own, whatever stands beside it.
  /// That leaves out control characters, marks that combine with what they follow, direction
  /// marks, and blanks that look like a space and are none.
  var canBeToken: Bool {
    if self == " " { return true }
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator, .spaceSeparator, .nonspacingMark, .spacingMark, .enclosingMark:
      return false
    default:
      let own = String(self)
      return ("a" + own + "a").count == 3 && (own + own).count == 2
    }
  }
}
