#if canImport(Glibc)
  import Glibc
#endif

/// Keeps other programs from writing to a folder, for as long as it lives.
///
/// The lock is the system's, on the open file named `lock`, so that it ends with the process,
/// whatever ends that. The file holds the process's number, for the message to others; its mere
/// presence means nothing.
struct FolderLock: ~Copyable {
  // Linux's locks of an open file description, whose names Glibc shows to GNU sources only.
  private static let askForLock: Int32 = 36  // F_OFD_GETLK
  private static let setLock: Int32 = 37  // F_OFD_SETLK

  private let file: OpenFile

  /// - Throws: `RecordingError.locked` if another program has the folder.
  init(_ folder: String) throws(RecordingError) {
    let file = try OpenFile(folder + "/lock", O_RDWR | O_CREAT)
    var request = Self.wholeFile(F_WRLCK)
    guard fcntl(file.descriptor, Self.setLock, &request) == 0 else {
      guard errno == EAGAIN || errno == EACCES else { throw OpenFile.failure("lock", folder) }
      throw .locked(folder: folder, processID: Self.holder(in: file))
    }
    self.file = file
    // Who holds it is a courtesy: a full disk must not keep the folder from being opened.
    try? self.file.truncate(to: 0)
    try? self.file.write(Array("\(getpid())\n".utf8))
  }

  deinit {
    // Said, not left to closing: a process forked a moment ago, on its way to another program,
    // has the file open as well.
    var request = Self.wholeFile(F_UNLCK)
    _ = fcntl(file.descriptor, Self.setLock, &request)
  }

  /// Whether some program has the folder now; asking takes no lock.
  static func isHeld(_ folder: String) -> Bool {
    guard let file = try? OpenFile(folder + "/lock", O_RDONLY) else { return false }
    var request = wholeFile(F_WRLCK)
    return fcntl(file.descriptor, askForLock, &request) == 0
      && request.l_type != Int16(F_UNLCK)
  }

  private static func wholeFile(_ kind: Int32) -> flock {
    flock(l_type: Int16(kind), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
  }

  private static func holder(in file: borrowing OpenFile) -> Int32? {
    guard let bytes = try? file.read(at: 0, count: 16) else { return nil }
    return Int32(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }
}
