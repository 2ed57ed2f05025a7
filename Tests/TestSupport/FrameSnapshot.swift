import FoundationEssentials
public import TerminalCanvas
public import Testing

/// Compares text with the file `Snapshots/NAME.txt` beside the test and records the difference;
/// `as` is another ending of its name.
///
/// A missing file fails. With `RECORD_SNAPSHOTS=1` in the environment the file is written into the
/// source tree instead, and the test passes: whoever records reads the frame before committing it.
/// The test target must exclude its `Snapshots` folder in the manifest.
public func assertSnapshot(
  _ text: String, named name: String, as ending: String = "txt", filePath: String = #filePath,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let folder = filePath.split(separator: "/").dropLast().joined(separator: "/")
  let directory = "/" + folder + "/Snapshots"
  let path = "\(directory)/\(name).\(ending)"
  let actual = text.hasSuffix("\n") ? text : text + "\n"
  if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
      try actual.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      Issue.record("cannot record \(path): \(error)", sourceLocation: sourceLocation)
    }
    return
  }
  guard let expected = try? String(contentsOfFile: path, encoding: .utf8) else {
    Issue.record(
      "no snapshot \(path); record it with RECORD_SNAPSHOTS=1 and read it. Now:\n\(actual)",
      sourceLocation: sourceLocation)
    return
  }
  if let difference = TextDifference(expected: expected, actual: actual) {
    Issue.record(
      "\(name) differs from its snapshot\n\(difference)", sourceLocation: sourceLocation)
  }
}

/// Compares a frame with its snapshot: size, characters without trailing blanks, and, if asked for,
/// the styles as a grid of letters with a legend.
public func assertSnapshot(
  _ frame: CellBuffer, named name: String, includesStyles: Bool = false,
  filePath: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation
) {
  let text = includesStyles ? frame.snapshotText + frame.snapshotStyles : frame.snapshotText
  assertSnapshot(text, named: name, filePath: filePath, sourceLocation: sourceLocation)
}

extension CellBuffer {
  /// The size and the characters, trailing blanks removed, which editors do not keep.
  public var snapshotText: String {
    var lines = ["\(width)x\(height)"]
    for y in 0..<height {
      var line = String.UnicodeScalarView()
      for x in 0..<width { line.append(self[x, y].character) }
      while line.last == " " { line.removeLast() }
      lines.append(String(line))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// One letter a cell for its style (`.` for the plain one), and what the letters mean.
  public var snapshotStyles: String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    var known: [CellStyle: Character] = [CellStyle(): "."]
    var legend: [String] = []
    var lines: [String] = []
    for y in 0..<height {
      var line = ""
      for x in 0..<width {
        let style = self[x, y].style
        if known[style] == nil {
          let letter = legend.count < letters.count ? letters[legend.count] : "*"
          known[style] = letter
          legend.append("\(letter) \(style.snapshotDescription)")
        }
        line.append(known[style] ?? "?")
      }
      lines.append(line)
    }
    return "styles\n" + (lines + legend).joined(separator: "\n") + "\n"
  }
}

extension CellStyle {
  fileprivate var snapshotDescription: String {
    var parts = ["\(foreground.snapshotDescription) on \(background.snapshotDescription)"]
    if attributes.contains(.bold) { parts.append("bold") }
    if attributes.contains(.dim) { parts.append("dim") }
    if attributes.contains(.underline) { parts.append("underline") }
    if attributes.contains(.reverse) { parts.append("reverse") }
    return parts.joined(separator: ", ")
  }
}

extension CellColor {
  fileprivate var snapshotDescription: String {
    switch self {
    case .standard: "standard"
    case .ansi(let index): "ansi \(index)"
    case .rgb(let red, let green, let blue): "rgb \(red) \(green) \(blue)"
    }
  }
}
