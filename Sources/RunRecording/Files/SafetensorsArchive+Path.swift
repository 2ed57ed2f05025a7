public import LocalFiles

extension SafetensorsArchive {
  /// Reads a file's bytes.
  ///
  /// - Parameter path: for the messages.
  /// - Throws: `RecordingError.malformed` for anything that the format forbids.
  public init(decoding file: [UInt8], path: String) throws(RecordingError) {
    do {
      try self.init(decoding: file)
    } catch {
      throw .malformed(path: path, reason: error.reason)
    }
  }
}
