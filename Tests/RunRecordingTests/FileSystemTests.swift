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
