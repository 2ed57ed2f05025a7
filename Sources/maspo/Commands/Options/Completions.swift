internal import ArgumentParser
internal import RunRecording
internal import Theming

/// What a shell offers in place of names that depend on the machine.
extension CompletionKind {
  /// Names that `--theme` takes.
  static var themes: CompletionKind {
    .custom { _, _, _ in ThemeLibrary.ofThisMachine.all().themes.map(\.name) }
  }

  /// Names of recorded runs, the newest first.
  static var recordedRuns: CompletionKind {
    .custom { _, _, _ in
      let names = try? RunListing.names(under: RecordingOptions.root)
      return (names ?? []).reversed()
    }
  }
}
