#if canImport(Glibc)
  import Glibc
#endif

/// Keeps other programs from writing to a folder, for as long as it lives.
///
/// The lock is the system's `flock` on a file named `lock`, so that it ends with the process,
/// whatever ends that. The file holds the process's number, for the message to others; its mere
/// presence means nothing.
struct FolderLock: ~Copyable {
  private let file: OpenFile

  /// - Throws: `RecordingError.locked` if another program has the folder.
  init(_ folder: String) throws(RecordingError) {
    let file = try OpenFile(folder + "/lock", O_RDWR | O_CREAT)
    guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
      guard errno == EWOULDBLOCK else { throw OpenFile.failure("lock", folder) }
      throw .locked(folder: folder, processID: Self.holder(in: file))
    }
    self.file = file
    // Who holds it is a courtesy: a full disk must not keep the folder from being opened.
    try? self.file.truncate(to: 0)
    try? self.file.write(Array("\(getpid())\n".utf8))
  }

  /// Whether some program has the folder now.
  static func isHeld(_ folder: String) -> Bool {
    guard let file = try? OpenFile(folder + "/lock", O_RDONLY) else { return false }
    return flock(file.descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  private static func holder(in file: borrowing OpenFile) -> Int32? {
    guard let bytes = try? file.read(at: 0, count: 16) else { return nil }
    return Int32(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }
}
