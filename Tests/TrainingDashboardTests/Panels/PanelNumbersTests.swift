import RunKnowledge
import TerminalCanvas
import Testing
import Theming

@testable import RunViews
@testable import TrainingDashboard

@Suite("Panels: numbers and spelling")
struct PanelNumbersTests {
  @Test(
    arguments: [
      (nil, "-"), (0, "0%"), (0.0004, "<0.1%"), (0.00051, "0.1%"), (0.047, "4.7%"),
      (0.0994, "9.9%"), (0.0995, "10%"), (0.17, "17%"), (1, "100%"), (.nan, "-"),
    ] as [(Double?, String)])
  func percentages(share: Double?, expected: String) {
    #expect(NumberFormat.share(share) == expected)
    #expect(PanelNumbers.percent(share).count == 5)
  }

  @Test(
    arguments: [
      (0.0213, "+0.0213"), (-0.0213, "-0.0213"), (0, "   0.00"), (1.1e-5, "+1.1e-5"),
      (-1.234e-5, "-1.2e-5"), (12_345, " +12.3k"), (nil, "      -"),
    ] as [(Double?, String)])
  func signedNumbers(value: Double?, expected: String) {
    #expect(PanelNumbers.signed(value) == expected)
  }

  @Test(
    arguments: [
      (0.0213, ".0213"), (0.566, " .566"), (1.2, " 1.20"), (0, " .00"), (nil, "    -"),
    ] as [(Double?, String)])
  func numbersBelowOne(value: Double?, expected: String) {
    #expect(PanelNumbers.unit(value).hasSuffix(expected.drop { $0 == " " }))
    #expect(PanelNumbers.unit(value).count == 5)
  }

  @Test(
    arguments: [
      (0, 1), (0.9, 1), (1, 1), (1.01, 1.2), (1.35, 1.5), (3.2, 4), (8.1, 10), (17, 20), (181, 200),
      (0.0412, 0.05), (-3, 1), (.infinity, 1),
    ] as [(Double, Double)])
  func axisEnds(value: Double, expected: Double) {
    #expect(abs(PanelNumbers.niceCeiling(value) - expected) < 1e-12)
  }

  @Test func spellingInASCII() {
    #expect(GlyphSet.ascii.spelled("π_old · A·F·ρ ≥ ½") == "pi_old | A*F*rho >= 1/2")
    #expect(GlyphSet.block.spelled("π_old · ρ") == "π_old · ρ")
  }

  /// Padding must not look like a multiplication.
  @Test func tokensInASCII() {
    #expect(
      ["·", "⊢", "⊣", "\u{FFFD}", "*", "7"].map(GlyphSet.ascii.spelledToken).joined() == "_^$@*7")
    #expect(GlyphSet.braille.spelledToken("⊣") == "⊣")
    #expect(GlyphSet.ascii.spelled("'·' at 3") == "'_' at 3")
  }

  /// Whatever a panel explains can be written without Unicode.
  @Test func everyExplanationCanBeSpelled() {
    let words = dataPanels.flatMap { $0.descriptor.explanation + [$0.descriptor.summary] }
    for text in words {
      let spelled = GlyphSet.ascii.spelled(text)
      #expect(spelled.utf8.count == spelled.count)
      // A question mark stands for what has no spelling.
      #expect(spelled.count { $0 == "?" } == text.count { $0 == "?" }, "\(spelled)")
    }
  }

  /// A fact that changes its value keeps its place and that of its neighbors.
  @Test func factsArePackedWithoutBreaking() {
    let context = DrawingContext(theme: .test, glyphs: .braille)
    let facts = [
      Fact("a", "12345"), Fact("b", "12345"), Fact("c", "1"), Fact("d", "2", startsLine: true),
    ]
    let lines = FactLines.packed(facts, width: 16, context).map(\.plainText)
    #expect(lines == ["a 12345  b 12345", "c 1", "d 2"])
  }
}
