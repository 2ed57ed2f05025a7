import LocalFiles

#if canImport(Glibc)
  import Glibc
#endif

/// An open file of the system, closed when it goes out of scope.
struct OpenFile: ~Copyable {
  let descriptor: Int32
  let path: String

  /// Opens a plain file, never a link to one.
  init(_ path: String, _ flags: Int32, mode: UInt32 = 0o644) throws(RecordingError) {
    self.path = path
    do throws(FileError) {
      descriptor = try SafeFile.open(path, flags, mode: mode)
    } catch {
      throw RecordingError(error)
    }
  }

  /// Opens a folder.
  init(folder: String) throws(RecordingError) {
    descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    path = folder
    guard descriptor >= 0 else { throw Self.failure("open", folder) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// The error of the system call that just failed.
  static func failure(_ operation: String, _ path: String) -> RecordingError {
    .system(operation: operation, path: path, code: errno)
  }

  func size() throws(RecordingError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.failure("examine", path) }
    return Int(status.st_size)
  }

  /// Writes all of `bytes`; after an error, part of them may have been written.
  func write(_ bytes: [UInt8]) throws(RecordingError) {
    var start = 0
    while start < bytes.count {
      let written = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress.map { $0 + start }, buffer.count - start)
      }
      if written < 0 {
        if errno == EINTR { continue }
        throw Self.failure("write", path)
      }
      start += written
    }
  }

  /// Up to `count` bytes from `offset` on; fewer at the end of the file.
  func read(at offset: Int, count: Int) throws(RecordingError) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      while filled < count {
        let got = pread(
          descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, offset + filled)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failed = true }
        if got <= 0 { break }
        filled += got
      }
    }
    if failed { throw Self.failure("read", path) }
    return bytes
  }

  func truncate(to size: Int) throws(RecordingError) {
    guard ftruncate(descriptor, size) == 0 else { throw Self.failure("shorten", path) }
  }

  /// Waits until the file's content is on the disk.
  func synchronize() throws(RecordingError) {
    guard fsync(descriptor) == 0 else { throw Self.failure("save", path) }
  }
}
