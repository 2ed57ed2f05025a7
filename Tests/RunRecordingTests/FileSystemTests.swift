import Glibc
import Testing

@testable import RunRecording

@Suite struct FileSystemTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func replacingLeavesOneWholeFile() throws {
    try folder.write("left over from a crash, longer than what follows", to: "state.partial")
    try FileSystem.replace(folder.file("state"), with: Array("one".utf8))
    #expect(try folder.text(of: "state") == "one")
    try FileSystem.replace(folder.file("state"), with: Array("two!".utf8))
    #expect(try folder.text(of: "state") == "two!")
    #expect(try FileSystem.names(in: folder.path) == ["state"])
  }

  @Test func replacingFollowsNoLinkAndKeepsTheMode() throws {
    try folder.write("precious", to: "other")
    symlink(folder.file("other"), folder.file("state.partial"))
    try folder.write("old", to: "state")
    chmod(folder.file("state"), 0o600)
    try FileSystem.replace(folder.file("state"), with: Array("new".utf8))
    #expect(try folder.text(of: "other") == "precious" && folder.text(of: "state") == "new")
    var status = stat()
    #expect(lstat(folder.file("state"), &status) == 0 && status.st_mode & 0o7777 == 0o600)
  }

  /// Neither a lock nor a log is written through a link, and nothing waits for a FIFO.
  @Test func whatIsNoPlainFileIsRefusedByName() throws {
    try folder.write("precious\ntorn", to: "other")
    symlink(folder.file("other"), folder.file("metrics.jsonl"))
    symlink(folder.file("other"), folder.file("lock"))
    mkfifo(folder.file("run.json"), 0o600)
    #expect(
      throws: RecordingError.notPlain(path: folder.file("metrics.jsonl"), kind: "a symbolic link")
    ) { _ = try LineLog(folder.file("metrics.jsonl")) }
    #expect(throws: RecordingError.notPlain(path: folder.file("lock"), kind: "a symbolic link")) {
      _ = try FolderLock(folder.path)
    }
    #expect(throws: RecordingError.notPlain(path: folder.file("run.json"), kind: "a FIFO")) {
      _ = try FileSystem.contents(of: folder.file("run.json"))
    }
    #expect(try folder.text(of: "other") == "precious\ntorn")
  }

  @Test func eightRunsOfOneSecondHaveEightFolders() async throws {
    let root = folder.file("runs")
    let names = await withTaskGroup(of: String.self) { group in
      for _ in 0..<8 {
        group.addTask {
          RunFolder.new(under: root, time: 1e9, task: "chain", objective: "maspo", seed: 1).path
        }
      }
      return await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(names.count == 8)
    #expect(try FileSystem.names(in: root).count == 8)
  }

  @Test func aFailedReplacementKeepsTheOldFile() throws {
    try folder.write("old", to: "state")
    try FileSystem.makeFolder(folder.file("state.partial"))
    #expect(throws: RecordingError.self) {
      try FileSystem.replace(folder.file("state"), with: Array("new".utf8))
    }
    #expect(try folder.text(of: "state") == "old")
  }

  @Test func foldersAreMadeWithTheirParents() throws {
    let deep = folder.file("a/b/c")
    try FileSystem.makeFolder(deep)
    try FileSystem.makeFolder(deep)
    #expect(FileSystem.isFolder(deep))
    try folder.write("", to: "file")
    #expect(throws: RecordingError.self) { try FileSystem.makeFolder(folder.file("file/x")) }
    #expect(throws: RecordingError.self) { try FileSystem.makeFolder(folder.file("file")) }
  }

  @Test func errorsSayWhatWhereAndWhy() {
    #expect(throws: RecordingError.system(operation: "open", path: "/nowhere/file", code: 2)) {
      try FileSystem.contents(of: "/nowhere/file")
    }
    let error = RecordingError.system(operation: "open", path: "/nowhere/file", code: 2)
    #expect("\(error)" == "cannot open /nowhere/file: No such file or directory")
  }

  @Test func oneFolderHasOneWriter() throws {
    do {
      let lock = try FolderLock(folder.path)
      #expect(FolderLock.isHeld(folder.path))
      let error = #expect(throws: RecordingError.self) { _ = try FolderLock(folder.path) }
      #expect("\(String(describing: error))".contains("\(ProcessIdentity.number)"))
      _ = consume lock
    }
    #expect(!FolderLock.isHeld(folder.path))
    _ = try FolderLock(folder.path)
  }

  /// What a process that was forked meanwhile has until it becomes another program.
  @Test func aCopyOfTheDescriptorDoesNotKeepTheLock() throws {
    let copy: Int32
    do {
      let lock = try FolderLock(folder.path)
      let descriptor = try #require(
        (Int32(0)..<1024).first { descriptor in
          var opened = stat()
          var wanted = stat()
          return fstat(descriptor, &opened) == 0 && stat(folder.path + "/lock", &wanted) == 0
            && opened.st_ino == wanted.st_ino && opened.st_dev == wanted.st_dev
        })
      copy = dup(descriptor)
      _ = consume lock
    }
    defer { close(copy) }
    #expect(!FolderLock.isHeld(folder.path))
    _ = try FolderLock(folder.path)
  }

  @Test func aLockFileWithoutALockIsNothing() throws {
    try folder.write("12345\n", to: "lock")
    #expect(!FolderLock.isHeld(folder.path))
    _ = try FolderLock(folder.path)
  }
}
