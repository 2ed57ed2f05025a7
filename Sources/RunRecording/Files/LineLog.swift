#if canImport(Glibc)
  import Glibc
#endif

/// A file of lines that only grows: each line is appended whole or, as far as readers can tell,
/// not at all.
///
/// A line counts once its newline is there. What follows the last newline was torn off by a
/// crash; reading skips it, and the first line that is appended takes its place.
struct LineLog: ~Copyable {
  let file: OpenFile
  /// Bytes of complete lines.
  private(set) var length: Int

  /// Opens or makes the file, and changes nothing of what it holds.
  init(_ path: String) throws(RecordingError) {
    let file = try OpenFile(path, O_RDWR | O_CREAT | O_APPEND)
    let size = try file.size()
    let length = try Self.endOfLastLine(in: file, size: size)
    self.file = file
    self.length = length
  }

  /// Appends lines, each without its newline.
  ///
  /// - Throws: when not all could be written; the file then ends where it did before.
  mutating func append(_ lines: [[UInt8]]) throws(RecordingError) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(lines.reduce(0) { $0 + $1.count + 1 })
    for line in lines {
      precondition(!line.contains(Self.newline), "a line holds a newline")
      bytes += line
      bytes.append(Self.newline)
    }
    if try file.size() > length { try file.truncate(to: length) }
    do throws(RecordingError) {
      try file.write(bytes)
      length += bytes.count
    } catch {
      // Shortening needs no space. Should it fail too, the next append does it.
      try? file.truncate(to: length)
      throw error
    }
  }

  /// Cuts the file back to its first `length` bytes, which must end a line.
  mutating func cut(to length: Int) throws(RecordingError) {
    precondition(length <= self.length, "cannot cut \(self.length) bytes to \(length)")
    try file.truncate(to: length)
    self.length = length
  }

  func synchronize() throws(RecordingError) { try file.synchronize() }

  private static let newline = UInt8(ascii: "\n")

  private static func endOfLastLine(
    in file: borrowing OpenFile, size: Int
  ) throws(RecordingError) -> Int {
    var end = size
    while end > 0 {
      let start = max(0, end - 65_536)
      let chunk = try file.read(at: start, count: end - start)
      if let newline = chunk.lastIndex(of: newline) { return start + newline + 1 }
      end = start
    }
    return 0
  }
}

/// Reads a line log from its beginning or the last part of it, whether or not somebody is writing to it.
struct LineReader: ~Copyable {
  /// Bytes of the longest line that is read; ours are thousands of times shorter.
  static let longestLine = 64 << 20

  private let file: OpenFile
  private var buffer: [UInt8] = []
  private var position = 0
  private var offset: Int
  /// Whether the rest of a line is to be passed over first.
  private var beginsWithinALine: Bool

  /// - Parameter lastBytes: reads no more than the lines that begin in so many bytes at the end.
  init(_ path: String, lastBytes: Int = .max) throws(RecordingError) {
    let file = try OpenFile(path, O_RDONLY)
    let size = try file.size()
    self.file = file
    // From a byte before, so that a line which begins exactly there is whole.
    offset = lastBytes < size ? size - lastBytes - 1 : 0
    beginsWithinALine = lastBytes < size
  }

  /// Complete lines of a file.
  static func lineCount(_ path: String) throws(RecordingError) -> Int {
    let file = try OpenFile(path, O_RDONLY)
    var count = 0
    var offset = 0
    while true {
      let block = try file.read(at: offset, count: 1 << 20)
      if block.isEmpty { return count }
      offset += block.count
      count += block.withUnsafeBytes { bytes in
        bytes.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
      }
    }
  }

  /// Bytes that were read, of those in the file now.
  var share: Double {
    get throws(RecordingError) {
      let size = try file.size()
      return size > 0 ? min(1, Double(offset) / Double(size)) : 1
    }
  }

  /// The next complete line without its newline; `nil` at the end, or before a torn last line.
  mutating func next() throws(RecordingError) -> [UInt8]? {
    if beginsWithinALine {
      beginsWithinALine = false
      _ = try next()
    }
    var searched = position
    while true {
      if let newline = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { position = newline + 1 }
        return Array(buffer[position..<newline])
      }
      guard buffer.count - position <= Self.longestLine else {
        throw .malformed(
          path: file.path, reason: "a line holds more than \(Self.longestLine) bytes")
      }
      buffer.removeSubrange(..<position)
      position = 0
      searched = buffer.count
      let more = try file.read(at: offset, count: 262_144)
      if more.isEmpty { return nil }
      offset += more.count
      buffer += more
    }
  }

  /// Bytes behind the last complete line; 0 unless a line was torn. Call after the last line.
  var tornByteCount: Int { buffer.count - position }
}
