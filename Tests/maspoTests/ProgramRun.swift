import Foundation

/// The program run to its end without a terminal.
struct ProgramRun {
  let status: Int32
  let output: String
  let errors: String

  init(
    _ arguments: String, input: String = "", environment: [String: String] = [:]
  ) throws {
    let process = Process()
    process.executableURL = try TmuxSession.program()
    process.arguments = arguments.split(separator: " ").map(String.init)
    var variables = ProcessInfo.processInfo.environment
    variables["XDG_CACHE_HOME"] = TmuxSession.cacheFolder.path
    process.environment = variables.merging(environment) { $1 }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func file(_ name: String, _ contents: String = "") throws -> URL {
      let url = folder.appendingPathComponent(name)
      try contents.write(to: url, atomically: true, encoding: .utf8)
      return url
    }
    let outputFile = try file("output")
    let errorFile = try file("errors")
    process.standardInput = try FileHandle(forReadingFrom: try file("input", input))
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
    process.waitUntilExit()
    status = process.terminationStatus
    output = try String(contentsOf: outputFile, encoding: .utf8)
    errors = try String(contentsOf: errorFile, encoding: .utf8)
  }
}
