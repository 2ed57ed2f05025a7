import TerminalCanvas
import Testing

@testable import CursesTerminal

@Suite struct InputDecoderTests {
  static func decode(_ text: String, flush: Bool = true) -> [TerminalInput] {
    var decoder = InputDecoder()
    for scalar in text.unicodeScalars { decoder.feed(.character(scalar.value)) }
    if flush { decoder.flush() }
    return decoder.take()
  }

  @Test(
    arguments: [
      ("a", [.key(.character("a"))]), ("σ", [.key(.character("σ"))]),
      ("\r", [.key(.enter)]), ("\n", [.key(.enter)]), ("\t", [.key(.tab)]),
      ("\u{7F}", [.key(.backspace)]), ("\u{8}", [.key(.backspace)]),
      ("\u{1}", [.key(.ctrl("a"))]), ("\u{12}", [.key(.ctrl("r"))]), ("\u{0}", [.key(.ctrl("@"))]),
      ("\u{1F}", [.key(.ctrl("_"))]), ("\u{1B}", [.key(.escape)]),
      ("\u{1B}\u{1B}", [.key(.escape), .key(.escape)]),
      ("\u{1B}q", [.key(.escape), .key(.character("q"))]),
      ("\u{1B}[A", [.key(.up)]), ("\u{1B}[1;5C", [.key(.right)]), ("\u{1B}OH", [.key(.home)]),
      ("\u{1B}[Z", [.key(.backTab)]), ("\u{1B}[5~x", [.key(.pageUp), .key(.character("x"))]),
      ("\u{1B}[3;2~", [.key(.delete)]), ("\u{1B}OP", [.key(.function(1))]),
      ("\u{1B}[15~", [.key(.function(5))]), ("\u{1B}[24~", [.key(.function(12))]),
      ("\u{1B}[1;2Q", [.key(.function(2))]), ("\u{1B}[114;5u", [.key(.ctrl("r"))]),
      ("\u{1B}[9;2u", [.key(.backTab)]), ("\u{1B}[97u", [.key(.character("a"))]),
      // Reports that mean nothing here are swallowed whole.
      ("\u{1B}[Iq", [.key(.character("q"))]), ("\u{1B}[?62;4cq", [.key(.character("q"))]),
      ("\u{1B}[99999999999999999999~q", [.key(.character("q"))]),
      // Begun and never finished.
      ("\u{1B}[", [.key(.escape), .key(.character("["))]), ("\u{1B}[12", []),
      ("\u{1B}[1\u{1B}[B", [.key(.down)]),
    ] as [(String, [TerminalInput])])
  func keys(text: String, inputs: [TerminalInput]) {
    #expect(Self.decode(text) == inputs)
  }

  @Test(
    arguments: [
      ("\u{1B}[<0;1;1M", [.mouse(x: 0, y: 0, action: .press, shift: false)]),
      ("\u{1B}[<0;300;250m", [.mouse(x: 299, y: 249, action: .release, shift: false)]),
      ("\u{1B}[<32;5;6M", [.mouse(x: 4, y: 5, action: .drag, shift: false)]),
      ("\u{1B}[<64;5;6M", [.mouse(x: 4, y: 5, action: .wheelUp, shift: false)]),
      ("\u{1B}[<69;5;6M", [.mouse(x: 4, y: 5, action: .wheelDown, shift: true)]),
      ("\u{1B}[<4;5;6M", [.mouse(x: 4, y: 5, action: .press, shift: true)]),
      ("\u{1B}[<2;5;6M", []), ("\u{1B}[<35;5;6M", []), ("\u{1B}[<0;0;6M", []),
      ("\u{1B}[<0;6Mq", [.key(.character("q"))]),
      ("\u{1B}[M !\"", [.mouse(x: 0, y: 1, action: .press, shift: false)]),
      ("\u{1B}[M#!\"", [.mouse(x: 0, y: 1, action: .release, shift: false)]),
      ("\u{1B}[M`!\"", [.mouse(x: 0, y: 1, action: .wheelUp, shift: false)]),
    ] as [(String, [TerminalInput])])
  func mouse(text: String, inputs: [TerminalInput]) {
    #expect(Self.decode(text) == inputs)
  }

  @Test(
    arguments: [
      ("\u{1B}[200~q\u{1B}[201~s", [.paste("q"), .key(.character("s"))]),
      ("\u{1B}[200~a\r\nb\rc\nd\te\u{1B}[201~", [.paste("a\nb\nc\nd\te")]),
      ("\u{1B}[200~\u{3}\u{1B}[A\u{7}\u{1B}[201~", [.paste("[A")]),
      ("\u{1B}[200~\u{1B}[201~", [.paste("")]),
      ("\u{1B}[200~never closed", [.paste("never closed")]),
    ] as [(String, [TerminalInput])])
  func pastedTextIsNoKeys(text: String, inputs: [TerminalInput]) {
    #expect(Self.decode(text) == inputs)
  }

  @Test func sequencesMayArriveInPieces() {
    var decoder = InputDecoder()
    var patience: [Int?] = []
    for scalar in "\u{1B}[<0;3;4M".unicodeScalars {
      patience.append(decoder.patience)
      decoder.feed(.character(scalar.value))
      if scalar != "M" { #expect(decoder.take().isEmpty) }
    }
    #expect(patience == [nil, 0, 50, 50, 50, 50, 50, 50, 50])
    #expect(decoder.patience == nil)
    #expect(decoder.take() == [.mouse(x: 2, y: 3, action: .press, shift: false)])
  }

  @Test func aNamedKeyEndsAnOpenSequence() {
    var decoder = InputDecoder()
    decoder.feed(.character(0x1B))
    decoder.feed(.key(.up))
    decoder.feed(.unnamed)
    #expect(decoder.take() == [.key(.escape), .key(.up)])
  }

  @Test func anEndlessPasteIsCutOffAndStillEnds() {
    let limit = InputDecoder.longestPaste
    let text = "\u{1B}[200~" + String(repeating: "x", count: limit + 5000) + "\u{1B}[201~q"
    let inputs = Self.decode(text)
    #expect(inputs.count == 2 && inputs.last == .key(.character("q")))
    guard case .paste(let pasted) = inputs.first else {
      Issue.record("no paste")
      return
    }
    #expect(pasted.count <= limit && pasted.count > limit - 100)
  }
}
