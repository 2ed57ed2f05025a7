import Foundation
import Testing

@testable import StrictTOML

/// The public collection `toml-lang/toml-test`, whose folder `tests` the environment names;
/// `.ci/toml-test` runs it.
private let collection = ProcessInfo.processInfo.environment["TOML_TEST_FOLDER"]

@Suite("The public collection of TOML", .enabled(if: collection != nil))
struct PublicCollectionTests {
  private var files: [String] {
    get throws {
      try String(contentsOfFile: "\(collection ?? "")/files-toml-1.0.0", encoding: .utf8)
        .split(separator: "\n").map(String.init)
    }
  }

  private func bytes(_ file: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: "\(collection ?? "")/\(file)")))
  }

  @Test func whatIsValidIsRead() throws {
    let valid = try files.filter { $0.hasPrefix("valid/") && $0.hasSuffix(".toml") }
    #expect(valid.count > 150)
    for file in valid {
      do {
        let value = TOMLValue.Content.table(try TOMLParser.table(of: try bytes(file)))
        let json = try bytes(file.dropLast(4) + "json")
        let expected = try JSONSerialization.jsonObject(with: Data(json))
        try Self.compare(value, expected, at: file)
      } catch {
        Issue.record("\(file): \(error)")
      }
    }
  }

  @Test func whatIsInvalidIsRefused() throws {
    let invalid = try files.filter { $0.hasPrefix("invalid/") && $0.hasSuffix(".toml") }
    #expect(invalid.count > 300)
    for file in invalid {
      #expect(mistake(in: try bytes(file)) != nil, "\(file) was read")
    }
  }

  private static func compare(
    _ content: TOMLValue.Content, _ expected: Any, at path: String
  ) throws {
    switch content {
    case .table(let table):
      let object = try #require(expected as? [String: Any], "\(path)")
      #expect(table.entries.map(\.key).sorted() == object.keys.sorted(), "\(path)")
      for entry in table.entries {
        try compare(
          entry.value.content, try #require(object[entry.key]), at: "\(path) \(entry.key)")
      }
    case .list(let values):
      let list = try #require(expected as? [Any], "\(path)")
      try #require(values.count == list.count, "\(path)")
      for (index, value) in values.enumerated() {
        try compare(value.content, list[index], at: "\(path) \(index)")
      }
    default:
      let tagged = try #require(expected as? [String: String], "\(path)")
      #expect(isSame(content, tagged["type"] ?? "", tagged["value"] ?? ""), "\(path)")
    }
  }

  private static func isSame(
    _ content: TOMLValue.Content, _ type: String, _ value: String
  ) -> Bool {
    switch content {
    case .text(let text): return type == "string" && text.utf8.elementsEqual(value.utf8)
    case .whole(let number): return type == "integer" && "\(number)" == value
    case .flag(let flag): return type == "bool" && "\(flag)" == value
    case .number(let number):
      return type == "float" && (Double(value) == number || number.isNaN && value == "nan")
    case .moment(let moment):
      let types: [TOMLMoment.Kind: String] = [
        .offsetDateTime: "datetime", .localDateTime: "datetime-local", .localDate: "date-local",
        .localTime: "time-local",
      ]
      return types[moment.kind] == type && normalized(moment.text) == normalized(value)
    case .list, .table: return false
    }
  }

  /// A date and time with a large T and Z and without zeros at the end of its fraction.
  private static func normalized(_ moment: String) -> String {
    moment.uppercased().replacing(" ", with: "T").replacing(/\.(\d*?)0*(?=[Z+-]|$)/) { match in
      match.1.isEmpty ? "" : ".\(match.1)"
    }
  }
}
