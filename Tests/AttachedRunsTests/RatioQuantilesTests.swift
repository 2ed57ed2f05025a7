import Testing

@testable import TrainingTelemetry

/// A step has a million ratios, of which a bucket tells three ranks.
@Suite("Quantiles of ratios") struct RatioQuantilesTests {
  /// Mixed, all equal, few values, ascending, descending and a tent, which misleads middles.
  private static func orders(count: Int) -> [[Double]] {
    let numbers = (0..<count).map(Double.init)
    let mixed = (0..<count).map { Double(($0 &* 7919 &+ 13) % 1009) }
    return [
      mixed, numbers.map { _ in 1 }, mixed.map { ($0 / 300).rounded() }, numbers,
      numbers.reversed(), numbers.map { min($0, Double(count) - $0) },
    ]
  }

  @Test(arguments: [1, 2, 3, 7, 20, 100, 1001])
  func theyAreThoseOfTheSortedRatios(count: Int) throws {
    for ratios in Self.orders(count: count) {
      let sorted = ratios.sorted()
      var taken = ratios
      let quantiles = try #require(RatioQuantiles(taking: &taken))
      func rank(_ share: Double) -> Int { min(count - 1, Int(share * Double(count))) }
      #expect(quantiles.smallest == sorted.first && quantiles.largest == sorted.last)
      #expect(quantiles.low == sorted[rank(0.05)])
      #expect(quantiles.median == sorted[rank(0.5)])
      #expect(quantiles.high == sorted[rank(0.95)])
      #expect(taken.sorted() == sorted)
    }
  }

  @Test func withoutRatiosThereAreNone() {
    var none: [Double] = []
    #expect(RatioQuantiles(taking: &none) == nil)
  }
}
