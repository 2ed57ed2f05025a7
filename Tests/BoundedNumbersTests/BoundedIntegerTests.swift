import BoundedNumbers
import Foundation
import TestSupport
import Testing

@Suite struct BoundedIntegerTests {
  @Test(arguments: [
    (0.0, 0), (2.9, 2), (-2.9, -2), (1e15, 1_000_000_000_000_000), (1e18, Int.largestBounded),
    (1e300, Int.largestBounded), (.infinity, Int.largestBounded),
    (-.infinity, -Int.largestBounded), (.nan, 0), (-.leastNonzeroMagnitude, 0),
  ])
  func everyValueHasAWholeNumber(value: Double, whole: Int) {
    #expect(Int(bounded: value) == whole)
  }

  /// Conversions that end the program for a large value look alike: a rounded number, or a product
  /// with one, in `Int(…)`.
  @Test func noSourceConvertsARoundedNumberUnbounded() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources")
    let unbounded = /\bInt\((?![a-z]+:)[^\n]*(\.rounded\(|log10|\* Double\(|\* 1e)/
    let files = try #require(FileManager.default.enumerator(atPath: sources.path))
    var count = 0
    for case let file as String in files where file.hasSuffix(".swift") {
      count += 1
      // Its share lies between 0 and 1.
      if file.hasSuffix("Tokens/TokensModel.swift") { continue }
      let text = try String(contentsOf: sources.appendingPathComponent(file), encoding: .utf8)
      for match in text.matches(of: unbounded) { Issue.record("\(file): \(match.output.0)") }
    }
    #expect(count > 300)
  }
}
