internal import LocalFiles

#if canImport(Glibc)
  internal import Glibc
#endif

/// Reads the frames of one file that grows, from its beginning and each once.
///
/// A torn or zero-filled end is waited for, since a network file system may show a file's length
/// before its bytes. Where good frames follow bad bytes, these are skipped and counted.
struct FrameFile {
  /// Bytes of a frame's payload, and of the header of the safetensors blob in it, at most.
  static let payloadLimit = 256 << 20
  static let headerLimit = 1 << 20

  private static let magic = Array("MSPF".utf8)
  private static let headLength = 16
  private static let searchBlock = 1 << 20

  let path: String
  /// Stretches of bytes that held no good frame.
  private(set) var damagedCount = 0
  private var offset = 0
  /// Bytes before it hold no magic; at least `offset`.
  private var searched = 0

  init(path: String) { self.path = path }

  /// Gives the payloads that are complete.
  ///
  /// - Parameters:
  ///   - isFinal: whether the file will not grow any more: then nothing is waited for.
  ///   - take: takes a payload; `false` stops after it.
  /// - Throws: `FileError` where the file cannot be read or is no plain file.
  mutating func read(isFinal: Bool, _ take: ([UInt8]) -> Bool) throws(FileError) {
    let descriptor = try SafeFile.open(path, O_RDONLY)
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .system(operation: "examine", path: path, code: errno)
    }
    let size = Int(status.st_size)
    // A file that shrank was replaced; what was read stays, what comes is new.
    if size < offset { (offset, searched) = (0, 0) }
    while size - offset >= Self.headLength {
      let head = try bytes(descriptor, at: offset, count: Self.headLength)
      guard head.count == Self.headLength else { return }
      guard let length = Self.length(of: head) else {
        guard try skip(descriptor, size: size, isFinal: isFinal) else { return }
        continue
      }
      guard size - offset - Self.headLength >= length else {
        guard isFinal, try skip(descriptor, size: size, isFinal: true) else { return }
        continue
      }
      let payload = try bytes(descriptor, at: offset + Self.headLength, count: length)
      guard payload.count == length else { return }
      let next = offset + Self.headLength + length
      guard CRC32.checksum(payload) == Self.number(head, at: 12) else {
        // The last frame may still be on its way.
        guard next < size || isFinal else { return }
        guard try skip(descriptor, size: size, isFinal: isFinal) else { return }
        continue
      }
      (offset, searched) = (next, next)
      guard take(payload) else { return }
    }
    if isFinal, size > offset {
      damagedCount += 1
      (offset, searched) = (size, size)
    }
  }

  /// Goes on to the next magic behind the present place.
  ///
  /// - Returns: whether there is one; without it the place stays, for what is there may be filled.
  private mutating func skip(
    _ descriptor: Int32, size: Int, isFinal: Bool
  ) throws(FileError) -> Bool {
    var place = max(searched, offset + 1)
    while place < size {
      let block = try bytes(
        descriptor, at: place, count: min(Self.searchBlock, size - place))
      guard !block.isEmpty else { return false }
      if let found = Self.firstMagic(in: block) {
        damagedCount += 1
        (offset, searched) = (place + found, place + found)
        return true
      }
      // A magic may lie across the end of the block.
      let step = max(1, block.count - Self.magic.count + 1)
      place += step
      if place + Self.magic.count > size { break }
    }
    searched = max(offset + 1, min(place, size - Self.magic.count + 1))
    guard isFinal else { return false }
    damagedCount += 1
    (offset, searched) = (size, size)
    return false
  }

  private static func firstMagic(in block: [UInt8]) -> Int? {
    guard block.count >= magic.count else { return nil }
    return (0...block.count - magic.count).first { place in
      block[place] == magic[0] && block[place..<place + magic.count].elementsEqual(magic)
    }
  }

  /// The payload's length; `nil` for bytes that are no frame's head.
  private static func length(of head: [UInt8]) -> Int? {
    let length = number(head, at: 4)
    guard head[..<4].elementsEqual(magic), length == ~number(head, at: 8),
      length <= payloadLimit
    else { return nil }
    return Int(length)
  }

  private static func number(_ bytes: [UInt8], at place: Int) -> UInt32 {
    bytes[place..<place + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// At most `count` bytes; fewer at the end of the file.
  private func bytes(
    _ descriptor: Int32, at place: Int, count: Int
  ) throws(FileError) -> [UInt8] {
    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      while filled < count {
        let read = pread(
          descriptor, buffer.baseAddress.map { $0 + filled }, count - filled,
          off_t(place + filled))
        if read < 0, errno == EINTR { continue }
        if read < 0 { code = errno }
        guard read > 0 else { return }
        filled += read
      }
    }
    guard code == 0 else { throw .system(operation: "read", path: path, code: code) }
    return bytes
  }
}
