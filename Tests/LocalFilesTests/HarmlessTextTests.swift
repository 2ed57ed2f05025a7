import Foundation
import LocalFiles
import Testing

@Suite struct HarmlessTextTests {
  /// A shell reads the word back as it was; a terminal finds nothing to obey.
  @Test(arguments: [
    "plain-1.2/run", "", "two words", "it's", "$(touch x)", "`x`", "a;b", "~", "*", "-n", "日本",
    "a\nb", "\u{1B}[31mred", "back\\slash'\u{9B}", "\u{202E}drawkcab", "x\ty'$(id)\\",
  ])
  func aShellReadsAWordAsItWas(text: String) throws {
    let word = text.shellWord
    #expect(word == word.harmlessLine)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", "printf %s \(word)"]
    process.environment = ["LC_ALL": "C.UTF-8"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    // A word that begins like an option is one to printf as well.
    if text != "-n" { #expect(String(decoding: output, as: UTF8.self) == text) }
  }
}
