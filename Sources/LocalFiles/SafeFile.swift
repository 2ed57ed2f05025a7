#if canImport(Glibc)
  internal import Glibc
#endif

/// The ways in which the program opens, reads and replaces files that others may have put there.
public enum SafeFile {
  /// Opens a file of our own: a plain file, no link to one, and without ever waiting.
  ///
  /// - Parameter flags: without `O_TRUNC`: nothing is cut before it is known what the file is.
  /// - Returns: a descriptor that the caller closes.
  public static func open(
    _ path: String, _ flags: Int32, mode: UInt32 = 0o644
  ) throws(FileError) -> Int32 {
    precondition(flags & O_TRUNC == 0, "\(path) would be cut before it is looked at")
    let descriptor = Glibc.open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, mode)
    guard descriptor >= 0 else {
      let code = errno
      // ELOOP is a link; ENXIO is a FIFO without a reader, or a socket.
      if [ELOOP, ENXIO, EISDIR].contains(code), let kind = kind(of: path) {
        throw .notPlain(path: path, kind: kind)
      }
      throw .system(operation: "open", path: path, code: code)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      Self.close(descriptor)
      throw .system(operation: "examine", path: path, code: code)
    }
    if let kind = name(ofMode: status.st_mode) {
      Self.close(descriptor)
      throw .notPlain(path: path, kind: kind)
    }
    return descriptor
  }

  /// Closes what `open` gave.
  public static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

  /// Everything that a file or stream named by a person holds: links are followed, and pipes and
  /// `/dev/stdin` are read to their end.
  public static func contents(
    of path: String, limit: Int
  ) throws(FileError) -> [UInt8] {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(operation: "read", path: path, code: errno) }
    defer { close(descriptor) }
    return try contents(of: descriptor, path: path, limit: limit)
  }

  /// Everything that a plain file named by a person holds: links are followed, and what is no file,
  /// such as a FIFO that nobody writes to, is refused without waiting.
  public static func plainContents(
    of path: String, limit: Int
  ) throws(FileError) -> [UInt8] {
    let descriptor = Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(operation: "read", path: path, code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .system(operation: "examine", path: path, code: errno)
    }
    if let kind = name(ofMode: status.st_mode) { throw .notPlain(path: path, kind: kind) }
    return try contents(of: descriptor, path: path, limit: limit)
  }

  /// Everything that an open stream holds.
  public static func contents(
    of descriptor: Int32, path: String, limit: Int
  ) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = block.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN, wait(for: descriptor, Int16(POLLIN)) { continue }
        throw .system(operation: "read", path: path, code: errno)
      }
      if count == 0 { return bytes }
      guard bytes.count + count <= limit else { throw .tooLarge(path: path, limit: limit) }
      bytes += block[..<count]
    }
  }

  /// Writes all of `bytes` to an open file or stream; a pipe whose reader is late is waited for.
  ///
  /// - Returns: 0, or the `errno` of what kept part of them from being written.
  public static func write(_ bytes: some Collection<UInt8>, to descriptor: Int32) -> Int32 {
    let bytes = Array(bytes)
    var start = 0
    while start < bytes.count {
      let written = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress.map { $0 + start }, buffer.count - start)
      }
      if written < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN, wait(for: descriptor, Int16(POLLOUT)) { continue }
        return errno
      }
      start += written
    }
    return 0
  }

  private static func wait(for descriptor: Int32, _ events: Int16) -> Bool {
    var request = pollfd(fd: descriptor, events: events, revents: 0)
    while poll(&request, 1, -1) < 0 {
      guard errno == EINTR else { return false }
    }
    return true
  }

  /// What stands at the path, where that is no plain file; a link is one.
  static func kind(of path: String) -> String? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    return name(ofMode: status.st_mode)
  }

  private static func name(ofMode mode: mode_t) -> String? {
    switch mode & S_IFMT {
    case S_IFREG: nil
    case S_IFIFO: "a FIFO"
    case S_IFLNK: "a symbolic link"
    case S_IFDIR: "a folder"
    case S_IFSOCK: "a socket"
    default: "a device"
    }
  }
}
