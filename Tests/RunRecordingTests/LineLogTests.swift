import Glibc
import Testing

@testable import RunRecording

@Suite struct LineLogTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("log") }

  init() throws { folder = try TemporaryFolder() }

  private func lines() throws -> [String] {
    var reader = try LineReader(path)
    var lines: [String] = []
    while let line = try reader.next() { lines.append(String(decoding: line, as: UTF8.self)) }
    return lines
  }

  private func bytes(_ lines: String...) -> [[UInt8]] { lines.map { Array($0.utf8) } }

  @Test func linesAreAppendedAndKept() throws {
    do {
      var log = try LineLog(path)
      try log.append(bytes("one", "", "three"))
    }
    var log = try LineLog(path)
    #expect(log.length == 11)
    try log.append(bytes("four"))
    #expect(try lines() == ["one", "", "three", "four"])
  }

  @Test(arguments: ["", "{\"torn", "x"])
  func tornLastLineIsSkippedByReadersAndCutByTheFirstAppend(tail: String) throws {
    try folder.write("one\ntwo\n" + tail, to: "log")
    #expect(try lines() == ["one", "two"])
    var log = try LineLog(path)
    #expect(try log.length == 8 && folder.text(of: "log") == "one\ntwo\n" + tail)
    try log.append(bytes("three"))
    #expect(try folder.text(of: "log") == "one\ntwo\nthree\n")
  }

  @Test func aFileOfOneTornLineCountsAsEmpty() throws {
    try folder.write(String(repeating: "x", count: 200_000), to: "log")
    let log = try LineLog(path)
    #expect(log.length == 0)
    #expect(try lines() == [])
  }

  @Test func linesLongerThanTheReadersBufferArrive() throws {
    let long = String(repeating: "y", count: 700_000)
    try folder.write("a\n\(long)\nb\n\(long)\ntail", to: "log")
    #expect(try lines() == ["a", long, "b", long])
    var reader = try LineReader(path)
    while try reader.next() != nil {}
    #expect(reader.tornByteCount == 4)
  }

  @Test func cuttingRemovesWholeLines() throws {
    var log = try LineLog(path)
    try log.append(bytes("one", "two", "three"))
    try log.cut(to: 8)
    try log.append(bytes("3"))
    #expect(try folder.text(of: "log") == "one\ntwo\n3\n")
  }

  @Test func aFullDiskIsAnErrorThatNamesTheFile() throws {
    var log = try LineLog(path)
    // The same as a disk that has become full: every write fails with ENOSPC.
    let full = open("/dev/full", O_WRONLY)
    #expect(dup2(full, log.file.descriptor) >= 0)
    close(full)
    #expect(throws: RecordingError.system(operation: "write", path: path, code: 28)) {
      try log.append(bytes("one"))
    }
    #expect(log.length == 0)
  }

  @Test func leftoversOfAFailedAppendAreRepaired() throws {
    var log = try LineLog(path)
    try log.append(bytes("one"))
    try folder.write("one\nhalf a li", to: "log")
    try log.append(bytes("two"))
    #expect(try folder.text(of: "log") == "one\ntwo\n")
  }
}
