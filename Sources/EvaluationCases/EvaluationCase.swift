import PolicyObjectives

/// One case of a request: what to compute, with which parameters, of which inputs.
struct EvaluationCase {
  /// What can be asked; the raw value is the request's word.
  enum Kind: String, CaseIterable {
    case token, batch, aggregate, advantage, kl, derived, bounds
  }

  let kind: Kind
  /// The name under `objective`; `nil` if absent.
  let objectiveName: String?
  let parameters: [String: JSONValue]
  let inputs: [String: JSONValue]

  init(_ members: [String: JSONValue]) throws(CaseError) {
    guard case .string(let name) = members["kind"] else {
      throw CaseError("\"kind\" is missing or not a string")
    }
    guard let kind = Kind(rawValue: name) else {
      let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw CaseError("unknown kind '\(name)'; there are: \(known)")
    }
    self.kind = kind
    switch members["objective"] {
    case nil: objectiveName = nil
    case .string(let name): objectiveName = name
    default: throw CaseError("\"objective\" is not a string")
    }
    parameters = try Self.object("params", of: members)
    inputs = try Self.object("inputs", of: members)
  }

  /// The answer, by field.
  func outputs() throws(CaseError) -> [String: JSONValue] {
    switch kind {
    case .token: try tokenOutputs()
    case .batch: try batchOutputs()
    case .aggregate: try aggregateOutputs()
    case .advantage: try advantageOutputs()
    case .kl: try divergenceOutputs()
    case .derived: try derivedOutputs()
    case .bounds: try boundsOutputs()
    }
  }

  private static func object(
    _ name: String, of members: [String: JSONValue]
  ) throws(CaseError) -> [String: JSONValue] {
    switch members[name] {
    case nil: return [:]
    case .object(let object): return object
    default: throw CaseError("\"\(name)\" is not an object")
    }
  }
}

// MARK: - Parameters

extension EvaluationCase {
  /// The objective of the case at its parameters; those not given keep the catalog's defaults.
  ///
  /// - Parameter others: names of parameters that do not belong to the objective.
  func configuredObjective(
    besides others: Set<String> = []
  ) throws(CaseError) -> any PolicyObjective {
    guard let objectiveName else { throw CaseError("\"objective\" is missing") }
    do throws(ObjectiveError) {
      var objective = try ObjectiveCatalog.objective(named: objectiveName)
      for name in parameters.keys.sorted() where !others.contains(name) {
        // Asking first reports an unknown name before a value of the wrong type.
        _ = try objective.value(of: name)
        try objective.set(name, to: parameterValue(name))
      }
      return objective
    } catch {
      throw CaseError("\(error)")
    }
  }

  /// A number, or `nil` for null; anything else is out of range.
  private func parameterValue(_ name: String) throws(ObjectiveError) -> Double? {
    if parameters[name] == .null { return nil }
    guard let value = parameters[name]?.asNumber else {
      throw .outOfRange(parameter: name, value: "not a number", allowed: "a number or null")
    }
    return value
  }

  /// Refuses parameters other than `known`.
  func requireParameters(among known: [String]) throws(CaseError) {
    guard let unknown = parameters.keys.sorted().first(where: { !known.contains($0) }) else {
      return
    }
    throw CaseError(
      "unknown parameter '\(unknown)' of \(kind.rawValue); it has: "
        + known.joined(separator: ", "))
  }

  /// Refuses an objective's name that does not belong to the kind.
  func requireObjective(_ name: String) throws(CaseError) {
    guard objectiveName == nil || objectiveName == name else {
      throw CaseError("kind '\(kind.rawValue)' is for objective '\(name)' only")
    }
  }

  /// A positive finite number, or `nil` for null or absent.
  func positiveParameter(_ name: String) throws(CaseError) -> Double? {
    switch parameters[name] {
    case nil, .null: return nil
    case .number(let value) where value > 0 && value.isFinite: return value
    default: throw CaseError("\(name) must be a positive number or null")
    }
  }

  /// One of the words of an enumeration; `nil` if absent.
  func wordParameter<Word: RawRepresentable & CaseIterable>(
    _ name: String, as type: Word.Type
  ) throws(CaseError) -> Word? where Word.RawValue == String {
    guard let value = parameters[name] else { return nil }
    if case .string(let text) = value, let word = Word(rawValue: text) { return word }
    let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
    throw CaseError("\(name) must be one of: \(known)")
  }
}

// MARK: - Inputs

extension EvaluationCase {
  /// A list of numbers.
  func list(_ name: String) throws(CaseError) -> [Double] {
    guard case .array(let elements) = inputs[name] else {
      throw CaseError("input '\(name)' is missing or not an array")
    }
    return try Self.numbers(elements, in: name)
  }

  /// Several lists of the same length.
  func lists(_ names: [String]) throws(CaseError) -> [[Double]] {
    var lists: [[Double]] = []
    for name in names { lists.append(try list(name)) }
    guard Set(lists.map(\.count)).count <= 1 else {
      let counts = zip(names, lists).map { "\($0) \($1.count)" }.joined(separator: ", ")
      throw CaseError("inputs differ in length: \(counts)")
    }
    return lists
  }

  /// A matrix of `[B, T]`, flattened by rows.
  func matrix(_ name: String) throws(CaseError) -> (values: [Double], rows: Int, width: Int) {
    guard case .array(let rows) = inputs[name] else {
      throw CaseError("input '\(name)' is missing or not an array")
    }
    var values: [Double] = []
    var width: Int?
    for row in rows {
      guard case .array(let elements) = row else {
        throw CaseError("input '\(name)' is not an array of arrays")
      }
      guard width ?? elements.count == elements.count else {
        throw CaseError("the rows of input '\(name)' differ in length")
      }
      width = elements.count
      values += try Self.numbers(elements, in: name)
    }
    return (values, rows.count, width ?? 0)
  }

  /// Several matrices of the same shape, each flattened by rows.
  func matrices(
    _ names: [String]
  ) throws(CaseError) -> (values: [[Double]], rows: Int, width: Int) {
    var all: [[Double]] = []
    var shape: (rows: Int, width: Int)?
    for name in names {
      let (values, rows, width) = try matrix(name)
      if let shape, shape != (rows, width) {
        throw CaseError(
          "input '\(name)' is \(rows) x \(width), input '\(names[0])' \(shape.rows) x \(shape.width)"
        )
      }
      shape = (rows, width)
      all.append(values)
    }
    return (all, shape?.rows ?? 0, shape?.width ?? 0)
  }

  /// Zeros and ones as claims.
  static func mask(_ values: [Double]) throws(CaseError) -> [Bool] {
    guard values.allSatisfy({ $0 == 0 || $0 == 1 }) else {
      throw CaseError("input 'mask' has values other than 0 and 1")
    }
    return values.map { $0 == 1 }
  }

  private static func numbers(
    _ elements: [JSONValue], in name: String
  ) throws(CaseError) -> [Double] {
    var numbers: [Double] = []
    numbers.reserveCapacity(elements.count)
    for element in elements {
      guard let number = element.asNumber else {
        throw CaseError("input '\(name)' has an element that is not a number")
      }
      numbers.append(number)
    }
    return numbers
  }
}

extension JSONValue {
  /// A number, or one of the strings "nan", "inf" and "-inf".
  var asNumber: Double? {
    switch self {
    case .number(let number): number
    case .string("nan"): .nan
    case .string("inf"): .infinity
    case .string("-inf"): -.infinity
    default: nil
    }
  }
}
