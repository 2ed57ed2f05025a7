internal import FoundationEssentials
internal import LocalFiles
internal import PolicyTraining

#if canImport(Glibc)
  internal import Glibc
#endif

/// Standard input, output and error, in whatever state the caller has handed them over.
///
/// `FileHandle.write` ends the program when a write fails, so nothing here uses it: a full disk
/// behind a redirection must not end a run of hours.
enum StandardStreams {
  /// Makes the process safe against streams and files that do not work; called before any other
  /// file is opened.
  static func prepare() {
    // The next file to be opened would get the number of a stream that the caller has closed,
    // and what is meant for the person would go into a recording.
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDWR)
    }
    // A write beyond a limit on file sizes then fails as one to a full disk does.
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Writes all of `bytes`.
  ///
  /// - Throws: `POSIXError` for what kept part of them from being written.
  static func write(_ bytes: Data, to descriptor: Int32) throws(POSIXError) {
    let code = SafeFile.write(bytes, to: descriptor)
    if code != 0 { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO) }
  }

  /// Writes `text` to standard output.
  static func writeOutput(_ text: Data) throws(OutputError) {
    do throws(POSIXError) {
      try write(text, to: STDOUT_FILENO)
    } catch {
      throw OutputError(reason: String(cString: strerror(error.code.rawValue)))
    }
  }

  /// Writes `text` to standard error, as far as that is possible.
  static func writeError(_ text: String) {
    try? write(Data(text.utf8), to: STDERR_FILENO)
  }
}

/// A file or standard output does not take what is written to it.
struct OutputError: Error, CustomStringConvertible {
  var destination = "standard output"
  var reason: String

  var description: String { "cannot write to \(destination): \(reason)" }

  /// Calls `body`, which writes the file.
  ///
  /// - Throws: `OutputError` in place of what Foundation throws.
  static func naming<Result>(_ file: String, _ body: () throws -> Result) throws(Self) -> Result {
    do { return try body() } catch let error as FileError {
      throw Self(destination: file, reason: error.reason)
    } catch { throw Self(destination: file, reason: error.systemReason) }
  }
}

/// Writes a message to standard error, made harmless to terminals.
func printError(_ text: String) {
  StandardStreams.writeError(text.harmless + "\n")
}

/// Writes text to standard output, made harmless to terminals.
///
/// - Throws: `OutputError` where not all of it could be written.
func printOutput(_ text: String, terminator: String = "\n") throws(OutputError) {
  try StandardStreams.writeOutput(Data((text.harmless + terminator).utf8))
}
