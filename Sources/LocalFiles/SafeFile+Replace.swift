#if canImport(Glibc)
  internal import Glibc
#endif

extension SafeFile {
  /// Replaces what a path that a person named holds, or makes the file.
  ///
  /// A link is followed. A plain file is replaced whole at one moment and keeps its mode; anything
  /// else, such as a device or a FIFO, is written to where it is.
  public static func replace(_ path: String, with bytes: some Collection<UInt8>) throws(FileError) {
    let target = realpath(path, nil).map { resolved in
      defer { free(resolved) }
      return String(cString: resolved)
    }
    var status = stat()
    guard let target, stat(target, &status) == 0 else {
      // A link to nothing, or nothing.
      if kind(of: path) != nil { return try writeInPlace(path, bytes) }
      return try replacePlain(path, bytes, mode: nil)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { return try writeInPlace(path, bytes) }
    try replacePlain(target, bytes, mode: status.st_mode & 0o7777)
  }

  private static func writeInPlace(
    _ path: String, _ bytes: some Collection<UInt8>
  ) throws(FileError) {
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .system(operation: "write", path: path, code: errno) }
    let code = write(bytes, to: descriptor)
    close(descriptor)
    if code != 0 { throw .system(operation: "write", path: path, code: code) }
  }

  private static func replacePlain(
    _ path: String, _ bytes: some Collection<UInt8>, mode: mode_t?
  ) throws(FileError) {
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let number = String(UInt64.random(in: .min ... .max), radix: 36)
    let temporary = "\(path[..<slash]).maspo-\(number).partial"
    let descriptor = Glibc.open(
      temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
      mode.map { $0 & 0o600 } ?? 0o666
    )
    guard descriptor >= 0 else { throw .system(operation: "write", path: path, code: errno) }
    var code = write(bytes, to: descriptor)
    if code == 0, let mode, fchmod(descriptor, mode) != 0 { code = errno }
    if code == 0, fsync(descriptor) != 0, errno != EINVAL { code = errno }
    close(descriptor)
    if code == 0, rename(temporary, path) != 0 { code = errno }
    guard code == 0 else {
      unlink(temporary)
      throw .system(operation: "write", path: path, code: code)
    }
  }

  /// Makes a folder that was not there: of several programs that try, one succeeds.
  ///
  /// - Returns: whether it was made; `false` where something stands there already.
  public static func claimFolder(_ path: String) throws(FileError) -> Bool {
    if mkdir(path, 0o755) == 0 { return true }
    guard errno == EEXIST else {
      throw .system(operation: "make folder", path: path, code: errno)
    }
    return false
  }
}
