import TerminalCanvas
import Testing

@Suite struct NumberFormatTests {
  @Test(
    arguments: [
      (0, "0.00", "0"), (1, "1.00", "1"), (-1.1, "-1.10", "-1.1"), (0.021, "0.0210", "0.021"),
      (0.02134, "0.0213", "0.0213"), (0.00123, "0.00123", "0.00123"), (2e-4, "2.00e-4", "2e-4"),
      (2.136e-4, "2.14e-4", "2.14e-4"), (12.34, "12.3", "12.3"), (99.96, "100", "100"),
      (999.4, "999", "999"), (999.6, "1.00k", "1k"), (1234, "1.23k", "1.23k"),
      (12_345, "12.3k", "12.3k"), (999_900, "1.00M", "1M"), (-4.56e9, "-4.56G", "-4.56G"),
      (1e15, "1.00e15", "1e15"), (1.7e308, "1.70e308", "1.7e308"),
      (.leastNonzeroMagnitude, "4.94e-324", "4.94e-324"),
      (0.0009996, "0.00100", "0.001"), (.infinity, "inf", "inf"), (-.infinity, "-inf", "-inf"),
      (.nan, "nan", "nan"),
    ] as [(Double, String, String)])
  func threeSignificantDigits(value: Double, full: String, short: String) {
    #expect(NumberFormat.significant(value) == full)
    #expect(NumberFormat.short(value) == short)
  }

  @Test(
    arguments: [
      (0.3, 2, "0.30"), (-1.1, 2, "-1.10"), (-0.001, 2, "0.00"), (2.5, 0, "3"), (0.05, 3, "0.050"),
      (123_456.789, 1, "123456.8"), (1e20, 2, "1.00e20"), (.nan, 2, "nan"),
      (0, 3, "0.000"), (0.0005, 3, "0.001"), (-0.12345, 2, "-0.12"), (9.996, 2, "10.00"),
      (-0.0001, 2, "0.00"), (41.5, 0, "42"),
    ] as [(Double, Int, String)])
  func fixedDecimals(value: Double, decimals: Int, text: String) {
    #expect(NumberFormat.fixed(value, decimals: decimals) == text)
  }

  @Test func signsAndPercent() {
    #expect(NumberFormat.signed(0.85, decimals: 2) == "+0.85")
    #expect(NumberFormat.signed(-0.85, decimals: 2) == "-0.85")
    #expect(NumberFormat.signed(0.001, decimals: 2) == "0.00")
    #expect(NumberFormat.percent(0.047, decimals: 1) == "4.7%")
    #expect(NumberFormat.percent(0.17) == "17%")
    #expect(NumberFormat.count(9999) == "9999")
    #expect(NumberFormat.count(12_345) == "12.3k")
  }

  @Test(
    arguments: [
      (0.021, 6, "0.0210"), (0.021, 5, "0.021"), (0.021, 4, "0.02"), (0.021, 3, "###"),
      (nil, 4, "   -"), (-12_345, 5, " -12k"), (7, 0, ""),
    ] as [(Double?, Int, String)])
  func fittedNeverCutsANumber(value: Double?, width: Int, text: String) {
    #expect(NumberFormat.fitted(value, width: width) == text)
  }

  @Test(
    arguments: [
      (-1, "0.0s"), (0, "0.0s"), (0.84, "0.8s"), (9.94, "9.9s"), (9.96, "10s"), (12, "12s"),
      (59.4, "59s"), (59.6, "1m00s"), (185, "3m05s"), (3599.4, "59m59s"), (3599.6, "1h00m"),
      (7620, "2h07m"), (360_000, "100h00m"), (.nan, "-"), (.infinity, "-"),
    ] as [(Double, String)])
  func durations(seconds: Double, text: String) {
    #expect(NumberFormat.duration(seconds: seconds) == text)
  }
}
