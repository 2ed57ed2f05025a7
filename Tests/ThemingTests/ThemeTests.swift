import Foundation
import StrictTOML
import TerminalCanvas
import Testing
import Theming

private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
private let themesFolder =
  folder.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("themes")
  .path
private func fixture(_ name: String) -> String {
  folder.appendingPathComponent("Fixtures/themes/\(name).toml").path
}

@Suite("Themes")
struct ThemeTests {
  @Test func everyThemeOfTheCheckoutLoads() {
    let library = ThemeLibrary(folders: [themesFolder])
    let (themes, errors) = library.all()
    #expect(errors.isEmpty)
    #expect(themes.map(\.name) == library.names)
    #expect(themes.count >= 10)
  }

  @Test func builtInThemeIsTheFileMidnight() throws {
    let file = try ThemeLibrary.load("\(themesFolder)/midnight.toml")
    for role in ThemeRole.allCases {
      #expect(file.color(role) == Theme.builtIn.color(role), "\(role.rawValue)")
    }
    #expect(file == Theme.builtIn)
  }

  @Test func colorsAreReadInEveryForm() throws {
    let theme = try ThemeLibrary.load(fixture("default-and-names"))
    #expect(theme.color(.text) == .standard)
    #expect(theme.color(.error) == .ansi(9))
    #expect(theme.color(.accent) == .rgb(red: 0x64, green: 0xB2, blue: 0xFF))
  }

  private func error(_ name: String) -> DocumentError? {
    do throws(ThemeError) {
      _ = try ThemeLibrary.load(fixture(name))
    } catch {
      if case .file(let error) = error { return error }
    }
    return nil
  }

  @Test func unknownRoleIsNamedWithItsLine() throws {
    guard case .unknownKey(let file, let line, let key, _, let allowed) = error("unknown-role")
    else {
      Issue.record("no error")
      return
    }
    #expect(file == fixture("unknown-role"))
    #expect(line == 48)
    #expect(key == "roles.sparkle")
    #expect(allowed == ThemeRole.allCases.map(\.rawValue))
  }

  @Test func missingKeysAreNamed() {
    #expect(
      error("missing-role")
        == .missingKey(file: fixture("missing-role"), key: "roles.knobMark"))
    #expect(error("no-roles") == .missingKey(file: fixture("no-roles"), key: "roles"))
    #expect(error("no-name") == .missingKey(file: fixture("no-name"), key: "name"))
  }

  @Test(arguments: [
    ("bad-color", "roles.accent", "#64b2f", 15), ("bad-color-name", "roles.wall", "orange", 23),
    ("not-text", "roles.bound", "7", 22),
  ])
  func badColorsAreNamed(name: String, key: String, value: String, line: Int) {
    guard case .badValue(_, let foundLine, let foundKey, let foundValue, let allowed) = error(name)
    else {
      Issue.record("no error for \(name)")
      return
    }
    #expect(foundKey == key)
    #expect(foundValue.contains(value))
    #expect(foundLine == line)
    #expect(allowed.contains("#rrggbb") && allowed.contains("bright-cyan"))
  }

  @Test func nameMustBeThatOfTheFile() {
    let expected = DocumentError.badValue(
      file: fixture("other-name"), line: nil, key: "name", value: "\"something-else\"",
      allowed: "\"other-name\", the name of the file")
    #expect(error("other-name") == expected)
  }

  @Test func unknownTopLevelKeyIsRefused() {
    let expected = DocumentError.unknownKey(
      file: fixture("unknown-key"), line: 4, key: "author", nearest: nil,
      allowed: ["name", "summary", "roles"])
    #expect(error("unknown-key") == expected)
  }

  @Test(arguments: [("duplicate-role", 48), ("syntax", 28)])
  func parserErrorsNameTheLine(name: String, line: Int) {
    guard case .syntax(let file, let foundLine, let reason) = error(name) else {
      Issue.record("no error for \(name)")
      return
    }
    #expect(file == fixture(name))
    #expect(foundLine == line)
    #expect(!reason.isEmpty)
  }

  @Test func unreadableFileIsNamed() {
    #expect(
      error("absent") == .unreadable(file: fixture("absent"), reason: "no such file"))
  }

  @Test func unknownNameListsWhatExists() {
    let library = ThemeLibrary(folders: [themesFolder])
    do throws(ThemeError) {
      _ = try library.theme("nonsense")
      Issue.record("no error")
    } catch {
      guard case .unknownTheme("nonsense", let known, let searched, nil) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(known.contains("midnight") && known.contains("paper"))
      #expect(searched == [themesFolder])
    }
  }

  @Test func searchFindsCheckoutAndInstallAndFallsBack() throws {
    let root = NSTemporaryDirectory() + "maspo-themes-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let places = ["checkout/themes", "prefix/share/maspo/themes", "data/maspo/themes"]
    for place in places {
      try FileManager.default.createDirectory(
        atPath: "\(root)/\(place)", withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: "\(themesFolder)/midnight.toml", toPath: "\(root)/\(place)/midnight.toml")
    }
    let library = ThemeLibrary.standard(
      executable: "\(root)/prefix/bin/maspo", workingDirectory: "\(root)/checkout/deep/down",
      environment: ["XDG_DATA_HOME": "\(root)/data"])
    #expect(library.folders == places.map { "\(root)/\($0)" })
    #expect(library.notice == nil)
    let empty = ThemeLibrary.standard(
      executable: "\(root)/copied/maspo", workingDirectory: root, environment: ["HOME": root])
    #expect(try empty.standardTheme() == Theme.builtIn)
    let error = #expect(throws: ThemeError.self) { try empty.theme("paper") }
    for place in ["copied/themes", "share/maspo/themes", ".local/share/maspo/themes"] {
      #expect(
        error?.description.contains("\(root)/\(place)") == true, "\(error?.description ?? "")")
    }
  }
}
