public import FoundationEssentials
internal import LocalFiles

/// Answers requests of the schema `maspo-evaluate/1`: objectives on given numbers, for checks
/// against other implementations.
///
///     {"schema":"maspo-evaluate/1","cases":[{"id","kind","objective","params","inputs"}, …]}
///     {"schema":"maspo-evaluate/1","results":[{"id","outputs"} or {"id","error"}, …]}
public enum EvaluateService {
  public static let schema = "maspo-evaluate/1"

  /// Reads one request and writes one response, results in the order of the cases.
  ///
  /// A case that is wrong or unsupported gets an `error`; the others are answered.
  ///
  /// - Parameter request: JSON in UTF-8.
  /// - Returns: JSON in UTF-8, one line without its newline.
  /// - Throws: `EvaluateRequestError` if the request as a whole cannot be read.
  public static func respond(to request: Data) throws(EvaluateRequestError) -> Data {
    let results = try cases(of: request).map(result(of:))
    var text = ""
    JSONValue.object(["schema": .string(schema), "results": .array(results)]).write(to: &text)
    return Data(text.utf8)
  }

  private static func cases(of request: Data) throws(EvaluateRequestError) -> [JSONValue] {
    let value: JSONValue
    do {
      value = try JSONDecoder().decode(JSONValue.self, from: request)
    } catch {
      throw .malformed(reason(of: error, in: request))
    }
    guard case .object(let members) = value else { throw .malformed("it is not a JSON object") }
    switch members["schema"] {
    case .string(schema): break
    case .string(let other): throw .unknownSchema(other)
    default: throw .malformed("it has no \"schema\"")
    }
    guard case .array(let cases) = members["cases"] else {
      throw .malformed("\"cases\" is not an array")
    }
    return cases
  }

  private static func reason(of error: any Error, in request: Data) -> String {
    guard case DecodingError.dataCorrupted = error else { return "\(error)" }
    if String(decoding: request, as: UTF8.self).allSatisfy(\.isWhitespace) { return "it is empty" }
    // The decoder does not say where it is no JSON.
    let fault = JSONSyntax.firstFault(in: Array(request))
    return "it is not JSON" + (fault.map { " from line \($0.line), column \($0.column) on" } ?? "")
  }

  private static func result(of value: JSONValue) -> JSONValue {
    var id = JSONValue.null
    do throws(CaseError) {
      guard case .object(let members) = value else { throw CaseError("the case is not an object") }
      id = members["id"] ?? .null
      let outputs = try EvaluationCase(members).outputs()
      return .object(["id": id, "outputs": .object(outputs)])
    } catch {
      return .object(["id": id, "error": .string(error.message)])
    }
  }
}

/// A request that cannot be read at all.
public enum EvaluateRequestError: Error, Hashable, CustomStringConvertible {
  case malformed(String)
  case unknownSchema(String)

  public var description: String {
    switch self {
    case .malformed(let reason): "the request is malformed: \(reason)"
    case .unknownSchema(let name):
      "unknown schema '\(name)'; expected '\(EvaluateService.schema)'"
    }
  }
}

/// What is wrong with one case.
struct CaseError: Error {
  let message: String

  init(_ message: String) {
    self.message = message
  }
}
