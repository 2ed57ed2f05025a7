import TerminalCanvas
import Testing

@testable import RunViews

/// What was kept and what was taken is seen, however short a bar and however high a spike.
@Suite("Bars of the ledger")
struct LedgerBarTests {
  @Test(arguments: [
    (Bar(solid: 3, ghost: 1), 16, 12, 4),
    (Bar(solid: 0.3, ghost: 0.7), 16, 1, 3),
    (Bar(solid: 0.01, ghost: 0.01), 16, 1, 1),
    (Bar(solid: 4, ghost: 0.001), 16, 16, 0),
    (Bar(solid: 3.9, ghost: 0.1), 16, 15, 1),
    (Bar(solid: 0, ghost: 4), 16, 0, 16),
    (Bar(solid: 0, ghost: 0), 16, 0, 0),
  ])
  func bothPartsHaveTheirCells(_ bar: Bar, length: Int, kept: Int, taken: Int) {
    let cells = LedgerBalance.cells(bar, full: 4, length: length)
    #expect(cells.kept == kept)
    #expect(cells.taken == taken)
  }

  @Test func fewSpikesDoNotFlattenTheRest() {
    let usual = (0..<57).map { 1 + Double($0 % 7) / 10 }
    #expect(LedgerScale.full(of: usual + [300, 200, 250]) <= 2)
    // A rise is no spike.
    #expect(LedgerScale.full(of: (1...60).map(Double.init)) >= 60)
    #expect(LedgerScale.full(of: [.nan, 0.5]) >= 0.5)
  }

  @Test func aCutBarKeepsItsProportion() {
    let cut = LedgerScale.held(Bar(solid: 30, ghost: 10), to: 4)
    #expect(cut.solid == 3)
    #expect(cut.ghost == 1)
    #expect(LedgerScale.held(Bar(solid: 1, ghost: 1), to: 4) == Bar(solid: 1, ghost: 1))
  }
}
