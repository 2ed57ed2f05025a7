import BoundedNumbers

/// Block elements, braille and frame lines as shapes, so that a picture does not depend on a font.
struct SVGGlyph {
  /// Path data that is filled, and how opaque.
  var fill = ""
  var opacity = 1.0
  /// Path data that is stroked, and how wide.
  var stroke = ""
  var strokeWidth = 1.0
  var isDashed = false

  private typealias Box = (x: Double, y: Double, width: Double, height: Double)

  /// The shape of a character in a cell; nil for what is drawn as text.
  init?(_ scalar: Unicode.Scalar, x: Int, y: Int, width: Int, height: Int) {
    let box: Box = (Double(x), Double(y), Double(width), Double(height))
    switch scalar.value {
    case 0x2581...0x2588:
      let share = Double(scalar.value - 0x2580) / 8
      fill = Self.rectangle(box, left: 0, top: 1 - share, right: 1, bottom: 1)
    case 0x2589...0x258F:
      let share = Double(0x2590 - scalar.value) / 8
      fill = Self.rectangle(box, left: 0, top: 0, right: share, bottom: 1)
    case 0x2580: fill = Self.rectangle(box, left: 0, top: 0, right: 1, bottom: 0.5)
    case 0x2590: fill = Self.rectangle(box, left: 0.5, top: 0, right: 1, bottom: 1)
    case 0x2594: fill = Self.rectangle(box, left: 0, top: 0, right: 1, bottom: 0.125)
    case 0x2595: fill = Self.rectangle(box, left: 0.875, top: 0, right: 1, bottom: 1)
    case 0x2591...0x2593:
      fill = Self.rectangle(box, left: 0, top: 0, right: 1, bottom: 1)
      opacity = Double(scalar.value - 0x2590) / 4
    case 0x2596...0x259F: fill = Self.quadrants(Self.quadrantBits[scalar] ?? 0, box)
    case 0x2801...0x28FF: fill = Self.braille(scalar.value - 0x2800, box)
    default:
      guard let line = Self.lines[scalar] else { return nil }
      stroke = Self.line(line.path, box)
      strokeWidth = line.isHeavy ? 2.2 : 1.2
      isDashed = line.isDashed
    }
  }

  private static func rectangle(
    _ box: Box, left: Double, top: Double, right: Double, bottom: Double
  ) -> String {
    let x = short(box.x + box.width * left)
    let y = short(box.y + box.height * top)
    let across = short(box.width * (right - left))
    let down = short(box.height * (bottom - top))
    return "M\(x),\(y)h\(across)v\(down)h-\(across)z"
  }

  private static let quadrantBits: [Unicode.Scalar: UInt8] = [
    "▖": 4, "▗": 8, "▘": 1, "▙": 13, "▚": 9, "▛": 7, "▜": 11, "▝": 2, "▞": 6, "▟": 14,
  ]

  /// Bits: top left, top right, bottom left, bottom right.
  private static func quadrants(_ bits: UInt8, _ box: Box) -> String {
    (0..<4).filter { bits & (1 << UInt8($0)) != 0 }.map { quadrant in
      let left = Double(quadrant % 2) / 2
      let top = Double(quadrant / 2) / 2
      return rectangle(box, left: left, top: top, right: left + 0.5, bottom: top + 0.5)
    }.joined()
  }

  private static func braille(_ bits: UInt32, _ box: Box) -> String {
    // Columns 1 2 3 7 and 4 5 6 8, as Unicode numbers the dots.
    let places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
    let radius = box.width / 6
    return (0..<8).filter { bits & (1 << UInt32($0)) != 0 }.map { dot in
      let x = short(box.x + box.width * (Double(places[dot].0) * 0.5 + 0.25) - radius)
      let y = short(box.y + box.height * (Double(places[dot].1) * 0.25 + 0.125))
      let size = short(radius)
      let across = short(2 * radius)
      return "M\(x),\(y)a\(size),\(size) 0 1,0 \(across),0a\(size),\(size) 0 1,0 -\(across),0z"
    }.joined()
  }

  private struct Line {
    /// Letters: l r t b for a stroke from the center to an edge; c for a rounded corner between the
    /// two edges named.
    let path: String
    var isHeavy = false
    var isDashed = false
  }

  private static let lines: [Unicode.Scalar: Line] = [
    "─": Line(path: "lr"), "│": Line(path: "tb"), "├": Line(path: "tbr"), "┤": Line(path: "tbl"),
    "┬": Line(path: "lrb"), "┴": Line(path: "lrt"), "┼": Line(path: "lrtb"),
    "╭": Line(path: "cbr"), "╮": Line(path: "cbl"), "╯": Line(path: "ctl"), "╰": Line(path: "ctr"),
    "━": Line(path: "lr", isHeavy: true), "┃": Line(path: "tb", isHeavy: true),
    "┏": Line(path: "br", isHeavy: true), "┓": Line(path: "bl", isHeavy: true),
    "┛": Line(path: "tl", isHeavy: true), "┗": Line(path: "tr", isHeavy: true),
    "┆": Line(path: "tb", isDashed: true), "╎": Line(path: "tb", isDashed: true),
    "┄": Line(path: "lr", isDashed: true), "╌": Line(path: "lr", isDashed: true),
  ]

  private static func line(_ path: String, _ box: Box) -> String {
    let x = short(box.x + box.width / 2)
    let y = short(box.y + box.height / 2)
    func edge(_ letter: Character) -> String {
      switch letter {
      case "l": "\(short(box.x)),\(y)"
      case "r": "\(short(box.x + box.width)),\(y)"
      case "t": "\(x),\(short(box.y))"
      default: "\(x),\(short(box.y + box.height))"
      }
    }
    let letters = Array(path)
    if letters[0] == "c" {
      return "M\(edge(letters[1]))Q\(x),\(y) \(edge(letters[2]))"
    }
    // Opposite edges first, as one stroke without a joint.
    return "M\(edge(letters[0]))L\(x),\(y)L\(edge(letters[1]))"
      + letters.dropFirst(2).map { "M\(x),\(y)L\(edge($0))" }.joined()
  }

  /// Two decimals at most, and none that are zero.
  private static func short(_ value: Double) -> String {
    let hundredths = Int(bounded: (value * 100).rounded())
    let sign = hundredths < 0 ? "-" : ""
    let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
    guard rest != 0 else { return "\(sign)\(whole)" }
    return rest % 10 == 0
      ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }
}
