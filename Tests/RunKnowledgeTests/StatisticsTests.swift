import Testing

@testable import RunKnowledge

@Suite struct StatisticsTests {
  /// Two-sided 95 % points of Student's t, from the closed forms for 1, 2 and 4 degrees and
  /// published tables (to ten digits) for the others.
  @Test(arguments: [
    (1.0, 12.706204736), (2.0, 4.302652730), (3.0, 3.182446305), (4.0, 2.776445105),
    (5.0, 2.570581836), (7.0, 2.364624252), (10.0, 2.228138852), (30.0, 2.042272456),
    (120.0, 1.979930405),
  ])
  func quantileAgreesWithTables(degrees: Double, expected: Double) {
    #expect(abs(StudentT.quantile(0.975, degrees: degrees) - expected) < 1e-6)
    #expect(abs(StudentT.quantile(0.025, degrees: degrees) + expected) < 1e-6)
  }

  @Test(arguments: [
    (0.95, 7.0, 1.894578605), (0.995, 7.0, 3.499483297), (0.9, 1.0, 3.077683537),
    (0.995, 1.0, 63.656741163),
  ])
  func otherQuantiles(probability: Double, degrees: Double, expected: Double) {
    #expect(abs(StudentT.quantile(probability, degrees: degrees) - expected) < 1e-6)
  }

  /// With 1 degree of freedom P(T ≤ t) = 1/2 + atan(t)/π; P(T ≤ 1) = 3/4. With 2 degrees
  /// P(T ≤ t) = 1/2 + t/(2√(2 + t²)); P(T ≤ √2) = 1/2 + √2/4.
  @Test func cumulativeAgreesWithClosedForms() {
    #expect(abs(StudentT.cumulative(1, degrees: 1) - 0.75) < 1e-12)
    #expect(abs(StudentT.cumulative(-1, degrees: 1) - 0.25) < 1e-12)
    let root = 2.0.squareRoot()
    #expect(abs(StudentT.cumulative(root, degrees: 2) - (0.5 + root / 4)) < 1e-12)
    #expect(StudentT.cumulative(0, degrees: 3) == 0.5)
  }

  /// 2, 4, 4, 6: mean 4, squares 4 + 0 + 0 + 4 = 8, s² = 8/3, s/√n = √(2/3).
  @Test func meanAndStandardError() throws {
    let estimate = try #require(MeanEstimate([2, 4, 4, 6]))
    #expect(estimate.mean == 4)
    #expect(abs((estimate.standardError ?? 0) - (2.0 / 3).squareRoot()) < 1e-15)
    #expect(MeanEstimate([3])?.standardError == nil)
    #expect(MeanEstimate([]) == nil)
  }

  /// 1, 2, 3: mean 2, s = 1, s/√3 = 0.577350269, t(0.975, 2) = 4.302652730: margin 2.484137714.
  @Test func pairedInterval() throws {
    let difference = try #require(PairedDifference([1, 2, 3], step: 0))
    #expect(abs((difference.margin ?? 0) - 2.484137714) < 1e-6)
    #expect(difference.verdict == .tie)
    #expect(PairedDifference([2, 2.1, 1.9], step: 0)?.verdict == .better)
    #expect(PairedDifference([-2, -2.1, -1.9], step: 0)?.verdict == .worse)
    #expect(PairedDifference([2], step: 0)?.verdict == .unknown)
    #expect(PairedDifference([], step: 0) == nil)
  }

  /// Equal differences are no certainty: t(0.975, 2) = 4.303, so ±0.00248 for steps of 0.001.
  @Test func equalDifferencesAreAsUncertainAsTheirStep() throws {
    #expect(PairedDifference([0.003, 0.003], step: 0.001)?.verdict == .unknown)
    #expect(PairedDifference([0.002, 0.002, 0.002], step: 0.001)?.verdict == .tie)
    let clear = try #require(PairedDifference([0.003, 0.003, 0.003], step: 0.001))
    #expect(clear.verdict == .better)
    #expect(abs(try #require(clear.margin) - 4.303 * 0.001 / 3.0.squareRoot()) < 1e-5)
  }
}
