import Foundation
import LocalFiles
import Testing

@Suite("Files that others may have put there")
struct SafeFileTests {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "maspo-files-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func place(_ name: String) -> String { "\(folder)/\(name)" }

  private func mode(_ path: String) throws -> Int {
    try #require(
      FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  @Test func whatIsNoPlainFileIsRefusedByName() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    mkfifo(place("fifo"), 0o600)
    mkdir(place("folder"), 0o700)
    try "kept".write(toFile: place("other"), atomically: false, encoding: .utf8)
    symlink(place("other"), place("link"))
    for (path, kind) in [
      (place("fifo"), "a FIFO"), (place("folder"), "a folder"), (place("link"), "a symbolic link"),
      ("/dev/null", "a device"),
    ] {
      for flags in [O_RDONLY, O_RDWR | O_CREAT, O_WRONLY | O_CREAT | O_APPEND] {
        #expect(throws: FileError.notPlain(path: path, kind: kind)) {
          try SafeFile.open(path, flags)
        }
      }
    }
    #expect(
      FileError.notPlain(path: "X", kind: "a FIFO").description == "X is a FIFO, not a plain file")
    #expect(try SafeFile.contents(of: place("other"), limit: 4) == Array("kept".utf8))
  }

  @Test func replacingKeepsModeAndLinks() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (file, link) = (place("file"), place("link"))
    try "old".write(toFile: file, atomically: false, encoding: .utf8)
    chmod(file, 0o600)
    symlink("file", link)
    try SafeFile.replace(link, with: "new".utf8)
    #expect(try SafeFile.contents(of: file, limit: 9) == Array("new".utf8))
    #expect(try mode(file) == 0o600)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "file")
    symlink("absent", place("dangling"))
    try SafeFile.replace(place("dangling"), with: "made".utf8)
    #expect(try SafeFile.contents(of: place("absent"), limit: 9) == Array("made".utf8))
    try SafeFile.replace("/dev/null", with: "x".utf8)
    #expect(
      try Set(FileManager.default.contentsOfDirectory(atPath: folder)) == [
        "file", "link", "dangling", "absent",
      ])
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    #expect(throws: FileError.self) { try SafeFile.replace(folder, with: "x".utf8) }
  }

  @Test func anEndlessStreamIsReadToTheLimitOnly() {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(throws: FileError.tooLarge(path: "/dev/zero", limit: 100_000)) {
      try SafeFile.contents(of: "/dev/zero", limit: 100_000)
    }
  }

  @Test func aLateReaderIsWaitedFor() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let (reader, writer) = (ends[0], ends[1])
    let bytes = [UInt8](repeating: 7, count: 1_000_000)
    let thread = Thread {
      #expect(SafeFile.write(bytes, to: writer) == 0)
      close(writer)
    }
    thread.start()
    #expect(try SafeFile.contents(of: reader, path: "pipe", limit: 2_000_000) == bytes)
    close(reader)
  }

  @Test func textsAreMadeHarmless() {
    #expect("a\u{1B}[2J\u{9B}m\u{202E}b\u{7F}".harmless == "a\\u001b[2J\\u009bm\\u202eb\\u007f")
    #expect("σ ✓ é\n\tz".harmless == "σ ✓ é\n\tz")
    #expect("a\nb\u{2028}".harmlessLine == "a\\u000ab\\u2028")
  }
}
