#if canImport(Glibc)
  import Glibc
#endif

/// The few operations on whole files and folders that a recording needs.
enum FileSystem {
  /// Bytes of the largest file that is read as a whole.
  static let largestFile = 4 << 30

  /// The content of a file.
  static func contents(of path: String) throws(RecordingError) -> [UInt8] {
    let file = try OpenFile(path, O_RDONLY)
    let size = try file.size()
    guard size <= largestFile else {
      throw .malformed(path: path, reason: "it holds more than \(largestFile) bytes")
    }
    return try file.read(at: 0, count: size)
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Replaces a file, or makes it: at any moment, and after a crash, the path holds either the
  /// old content or all of the new.
  ///
  /// The new content is written beside it under the name `path.partial`, brought to the disk,
  /// renamed over the path, and the folder brought to the disk. A left-over partial file is
  /// removed by the next attempt. The mode stays that of the old file.
  static func replace(
    _ path: String, with bytes: [UInt8]
  ) throws(RecordingError) {
    let partial = path + ".partial"
    do throws(RecordingError) {
      // What stands there is removed, not followed and not written into.
      unlink(partial)
      let file = try OpenFile(partial, O_WRONLY | O_CREAT | O_EXCL, mode: mode(of: path) ?? 0o644)
      try file.write(bytes)
      try file.synchronize()
    } catch {
      unlink(partial)
      throw error
    }
    guard rename(partial, path) == 0 else {
      let error = OpenFile.failure("replace", path)
      unlink(partial)
      throw error
    }
    try synchronizeFolder(parent(of: path))
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ path: String) throws(RecordingError) {
    if mkdir(path, 0o755) == 0 || errno == EEXIST && isFolder(path) { return }
    guard errno == ENOENT, parent(of: path) != path else {
      throw OpenFile.failure("make folder", path)
    }
    try makeFolder(parent(of: path))
    guard mkdir(path, 0o755) == 0 || errno == EEXIST && isFolder(path) else {
      throw OpenFile.failure("make folder", path)
    }
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Names in a folder, in order, without the dot entries and without those that are no UTF-8.
  static func names(in folder: String) throws(RecordingError) -> [String] {
    try entries(in: folder).compactMap { String(validating: $0, as: UTF8.self) }.sorted()
  }

  /// Names of folders that are no UTF-8, and so no text that a path could be made of, with the bytes
  /// that are none as `\xff`. Only those that hold one of `files`.
  static func foreignNames(
    in folder: String, holding files: [String]
  ) throws(RecordingError) -> [String] {
    try entries(in: folder).filter { name in
      String(validating: name, as: UTF8.self) == nil
        && files.contains { file in
          access((Array("\(folder)/".utf8) + name + Array("/\(file)".utf8)).asCString, F_OK) == 0
        }
    }.map { name in
      name.reduce(into: "") { text, byte in
        if byte < 0x80 {
          text.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
          text += "\\x" + String(byte, radix: 16)
        }
      }
    }.sorted()
  }

  /// The names' bytes, in no order.
  private static func entries(in folder: String) throws(RecordingError) -> [[UInt8]] {
    guard let stream = opendir(folder) else { throw OpenFile.failure("list", folder) }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
    }
    return names
  }

  private static func mode(of path: String) -> UInt32? {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      ? status.st_mode & 0o777 : nil
  }

  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func synchronizeFolder(_ folder: String) throws(RecordingError) {
    let file = try OpenFile(folder: folder)
    // Some file systems refuse to synchronize a folder; the rename itself is still atomic.
    if fsync(file.descriptor) != 0, errno != EINVAL { throw OpenFile.failure("save", folder) }
  }
}

extension [UInt8] {
  /// The same bytes with the zero that ends a C string.
  fileprivate var asCString: [CChar] { map { CChar(bitPattern: $0) } + [0] }
}
