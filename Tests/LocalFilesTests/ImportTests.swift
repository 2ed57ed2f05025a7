import Foundation
import Testing

/// A program that carries its libraries is a third as large without Foundation's Unicode tables.
@Suite("Imports") struct ImportTests {
  @Test func noSourceImportsMoreOfFoundationThanItsEssentials() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources")
    let whole = /(?m)^[a-z ]*import (Foundation|FoundationInternationalization)$/
    let files = try #require(FileManager.default.enumerator(atPath: sources.path))
    var count = 0
    for case let file as String in files where file.hasSuffix(".swift") {
      count += 1
      let text = try String(contentsOf: sources.appendingPathComponent(file), encoding: .utf8)
      for match in text.matches(of: whole) { Issue.record("\(file): \(match.output.0)") }
    }
    #expect(count > 300)
  }
}
