import TerminalCanvas
import TestSupport
import Testing

@Suite struct FrameExportTests {
  static var frame: CellBuffer {
    var buffer = CellBuffer(width: 20, height: 2)
    buffer.write("plain <&>", x: 0, y: 0, style: CellStyle())
    buffer.write("red", x: 10, y: 0, style: CellStyle(foreground: .ansi(9)))
    buffer.write(
      "both", x: 14, y: 0,
      style: CellStyle(
        foreground: .rgb(red: 1, green: 20, blue: 255), background: .ansi(4),
        attributes: [.bold, .underline]))
    buffer.write(" rev ", x: 2, y: 1, style: CellStyle(attributes: [.reverse, .dim]))
    return buffer
  }

  @Test func ansi() {
    #expect(
      FrameExport.ansi(Self.frame)
        == "plain <&> \u{1B}[91mred\u{1B}[0m \u{1B}[1;4;38;2;1;20;255;44mboth\u{1B}[0m  \n"
        + "  \u{1B}[2;7m rev \u{1B}[0m             \n")
  }

  @Test func svg() {
    assertSnapshot(FrameExport.svg(Self.frame, title: "A & B"), named: "export-svg")
  }

  @Test func blocksBrailleAndLinesAreShapes() {
    var buffer = CellBuffer(width: 20, height: 2)
    buffer.write("╭─┏┤┆▄▌▀▐▔▕▚░⠁⣿ab", x: 0, y: 0, style: CellStyle())
    let svg = FrameExport.svg(buffer)
    assertSnapshot(svg, named: "export-svg-shapes")
    let isAscii = svg.unicodeScalars.allSatisfy(\.isASCII)
    #expect(isAscii)
  }

  @Test func thePicturesBackgroundIsTheCommonOne() {
    let night = CellColor.rgb(red: 16, green: 17, blue: 18)
    var buffer = CellBuffer(
      width: 6, height: 2, filledWith: Cell(style: CellStyle(background: night)))
    buffer[0, 0] = Cell("x", style: CellStyle(background: .ansi(1)))
    let svg = FrameExport.svg(buffer)
    #expect(svg.contains("rx=\"6\" fill=\"#101112\""))
    #expect(svg.ranges(of: "<rect").count == 2)
  }

  @Test(
    arguments: [
      (0, 0, 0, 16), (255, 255, 255, 231), (255, 0, 0, 196), (128, 128, 128, 244),
      (95, 135, 175, 67),
      (8, 8, 8, 232), (0x5f, 0xd7, 0xaf, 79), (13, 14, 12, 233),
    ] as [(UInt8, UInt8, UInt8, UInt8)])
  func nearestOf256(red: UInt8, green: UInt8, blue: UInt8, index: UInt8) {
    #expect(AnsiPalette.nearest256(red: red, green: green, blue: blue) == index)
  }

  @Test func nearestBasicColors() {
    #expect(AnsiPalette.nearestBasic(red: 200, green: 30, blue: 30) == 1)
    #expect(AnsiPalette.nearestBasic(red: 250, green: 250, blue: 250) == 15)
    #expect(AnsiPalette.nearestBasic(red: 250, green: 250, blue: 250, count: 8) == 7)
  }
}
