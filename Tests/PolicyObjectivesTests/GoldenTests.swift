import EvaluationCases
import Foundation
import Testing

/// Runs the golden files, outputs of the public reference implementations, through the service
/// that `maspo evaluate` is.
@Suite struct GoldenTests {
  /// Every file, with the number of cases it must have, so that none can vanish unnoticed.
  static let files = [
    "advantage": 50, "aggregate": 20, "bapo": 24, "cispo": 13, "clip_cov": 8, "clip_higher": 13,
    "dac": 14, "derived": 9, "entropy_adv": 13, "gmpo": 8, "grpo": 20, "gspo": 10, "kl": 4,
    "kl_cov": 16, "maspo": 34, "sapo": 5,
  ]

  @Test(arguments: files.keys.sorted())
  func fileAgreesWithTheReference(name: String) throws {
    let text = try GoldenFile.text(of: name)
    let cases = try GoldenFile.cases(of: text)
    #expect(cases.count == Self.files[name])
    // The file is a request under another schema; sent as it is, no digit of it is lost.
    let request = text.replacingOccurrences(of: GoldenFile.schema, with: EvaluateService.schema)
    let results = try GoldenFile.results(of: EvaluateService.respond(to: Data(request.utf8)))
    #expect(results.count == cases.count)
    for (testCase, result) in zip(cases, results) {
      let id = try #require(testCase["id"] as? String)
      #expect(result["id"] as? String == id)
      #expect(result["error"] == nil, "\(id): \(result["error"] ?? "")")
      let outputs = try #require(result["outputs"] as? [String: Any], "\(id)")
      let expected = try #require(testCase["expected"] as? [String: Any], "\(id)")
      let kind = try #require(testCase["kind"] as? String)
      for (field, value) in expected {
        let difference = GoldenFile.worstDifference(
          between: value, and: outputs[field], floor: GoldenFile.floor(ofKind: kind))
        #expect(difference <= 1e-9, "\(id).\(field) is off by \(difference)")
      }
    }
  }

  @Test func theComparisonSeesDifferences() {
    let floor = 1e-6
    func difference(_ a: Any, _ b: Any?) -> Double {
      GoldenFile.worstDifference(between: a, and: b, floor: floor)
    }
    #expect(difference([1.0, 2.0], [1.0, 2.0]) == 0)
    #expect(abs(difference([1.0, 2.0], [1.0, 2.002]) - 1e-3) < 1e-12)
    #expect(difference([1.0, 2.0], [1.0]) == .infinity)
    #expect(difference(1.0, nil) == .infinity)
    #expect(difference(NSNull(), 1.0) == .infinity)
    #expect(difference(1.0, NSNull()) == .infinity)
    #expect(difference("nan", "nan") == 0)
    #expect(difference("inf", "-inf") == .infinity)
    #expect(difference("inf", 1e308) == .infinity)
    #expect(difference(1.0, "nan") == .infinity)
    #expect(difference(NSNull(), NSNull()) == 0)
  }
}

/// Reading and comparing golden data.
enum GoldenFile {
  static let schema = "maspo-golden/1"

  static func text(of name: String) throws -> String {
    let url = try #require(
      Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Fixtures"))
    return try String(contentsOf: url, encoding: .utf8)
  }

  static func cases(of text: String) throws -> [[String: Any]] {
    let file = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    return try #require(file?["cases"] as? [[String: Any]])
  }

  static func results(of response: Data) throws -> [[String: Any]] {
    let object = try JSONSerialization.jsonObject(with: response) as? [String: Any]
    #expect(object?["schema"] as? String == EvaluateService.schema)
    return try #require(object?["results"] as? [[String: Any]])
  }

  /// Values below this are compared absolutely.
  static func floor(ofKind kind: String) -> Double {
    switch kind {
    case "batch", "aggregate": 1e-6
    case "advantage": 0.1
    case "kl": 1e-9
    default: 1e-300
    }
  }

  /// The largest |got − expected| / max(|expected|, floor); infinite where the shapes, the nulls
  /// or the non-finite values differ.
  static func worstDifference(between expected: Any, and got: Any?, floor: Double) -> Double {
    switch (expected, got) {
    case (let expected as [Any], let got as [Any]):
      guard expected.count == got.count else { return .infinity }
      return zip(expected, got).map { worstDifference(between: $0, and: $1, floor: floor) }
        .max() ?? 0
    case (let expected as String, let got as String):
      return expected == got ? 0 : .infinity
    case (is NSNull, is NSNull): return 0
    case (let expected as Double, let got as Double):
      return abs(got - expected) / max(abs(expected), floor)
    default: return .infinity
    }
  }
}
