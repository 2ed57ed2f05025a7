import BoundedNumbers

#if canImport(Glibc)
  import Glibc
#endif

/// How values spread along an axis.
public enum AxisScale: Sendable, Hashable {
  case linear
  /// Base ten; values that are not positive are treated as missing.
  case logarithmic
  /// For ratios: the root of the distance from 1 in logarithms, so that those near 1 have room and
  /// the far ones are in sight. Values that are not positive are treated as missing.
  case aroundOne

  /// Whether only positive values have a place.
  var isOfPositives: Bool { self != .linear }
}

/// A finite, non-empty range of values along an axis, with readable tick positions.
public struct PlotAxis: Sendable, Hashable {
  public let lower: Double
  public let upper: Double
  public let scale: AxisScale

  /// An axis over exactly `range`; an empty or non-finite range is widened to something drawable.
  public init(_ range: ClosedRange<Double>, scale: AxisScale = .linear) {
    self.scale = scale
    var low = Self.bounded(range.lowerBound)
    var high = Self.bounded(range.upperBound)
    if scale.isOfPositives {
      high = high > 0 ? high : 1
      low = low > 0 ? low : high / 1000
      if !(high / low > 1 + 1e-9) { (low, high) = (low / 2, high * 2) }
    } else if !(high - low > abs(high) * 1e-12) {
      let pad = max(abs(high) * 0.1, high == 0 ? 1 : 1e-9)
      (low, high) = (low - pad, high + pad)
    }
    lower = low
    upper = high
  }

  /// The axis that shows all values: the range of the usable ones, widened to round numbers.
  ///
  /// Nil where no value is usable (finite, and positive on a logarithmic axis).
  public init?(fitting values: some Sequence<Double>, scale: AxisScale) {
    var low = Double.infinity
    var high = -Double.infinity
    for value in values where value.isFinite && (!scale.isOfPositives || value > 0) {
      low = min(low, value)
      high = max(high, value)
    }
    guard low <= high else { return nil }
    let exact = PlotAxis(low...high, scale: scale)
    switch scale {
    case .linear:
      // Finer than the ticks: half a chart of nothing above the curve helps nobody.
      let step = Self.niceStep((exact.upper - exact.lower) / 8)
      let rounded = (
        (exact.lower / step + 1e-9).rounded(.down) * step,
        (exact.upper / step - 1e-9).rounded(.up) * step
      )
      guard rounded.0.isFinite, rounded.1.isFinite, rounded.0 < rounded.1 else {
        self = exact
        return
      }
      self.init(rounded.0...rounded.1)
    case .logarithmic, .aroundOne:
      self.init(
        Self.niceBelow(exact.lower)...max(Self.niceBelow(exact.lower), Self.niceAbove(exact.upper)),
        scale: scale)
    }
  }

  /// Where `value` sits: 0 at the lower end, 1 at the upper. Nil where it cannot be placed.
  public func fraction(of value: Double) -> Double? {
    guard value.isFinite else { return nil }
    switch scale {
    case .linear: return (value - lower) / (upper - lower)
    case .logarithmic:
      guard value > 0 else { return nil }
      return log(value / lower) / log(upper / lower)
    case .aroundOne:
      guard value > 0 else { return nil }
      let low = Self.awayFromOne(lower)
      return (Self.awayFromOne(value) - low) / (Self.awayFromOne(upper) - low)
    }
  }

  private static func awayFromOne(_ value: Double) -> Double {
    let distance = log(value)
    return distance < 0 ? -(-distance).squareRoot() : distance.squareRoot()
  }

  /// The value at a fraction of the axis.
  public func value(at fraction: Double) -> Double {
    switch scale {
    case .linear: lower + (upper - lower) * fraction
    case .logarithmic: lower * pow(upper / lower, fraction)
    case .aroundOne: valueAroundOne(at: fraction)
    }
  }

  private func valueAroundOne(at fraction: Double) -> Double {
    let low = Self.awayFromOne(lower)
    let away = low + (Self.awayFromOne(upper) - low) * fraction
    return exp(away < 0 ? -away * away : away * away)
  }

  /// The column of `width` cells that `value` falls in; nil outside the axis.
  public func column(of value: Double, width: Int) -> Int? {
    guard width > 0, let fraction = fraction(of: value), fraction > -1e-9, fraction < 1 + 1e-9
    else { return nil }
    return min(width - 1, max(0, Int(bounded: fraction * Double(width))))
  }

  /// Up to about `maximum` round values inside the axis, ascending, ends included where round.
  public func ticks(maximum: Int) -> [Double] {
    guard maximum > 0 else { return [] }
    switch scale {
    case .linear:
      // One tick alone tells no scale: where the round steps are too wide, take finer ones.
      for count in maximum...(maximum + 4) {
        let ticks = linearTicks(maximum: count)
        if ticks.count >= min(2, maximum) { return ticks }
      }
      return [lower, upper]
    case .logarithmic, .aroundOne: return logarithmicTicks(maximum: maximum)
    }
  }

  private func linearTicks(maximum: Int) -> [Double] {
    let step = Self.niceStep((upper - lower) / Double(max(1, maximum - 1)))
    let first = (lower / step - 1e-9).rounded(.up)
    let last = (upper / step + 1e-9).rounded(.down)
    guard last >= first, last - first < 1000 else { return [] }
    // Adding zero turns -0 into 0.
    return (0...Int(last - first)).map { (first + Double($0)) * step + 0 }
  }

  /// Decades, thinned out where there are many; 1, 2 and 5 where there are few.
  private func logarithmicTicks(maximum: Int) -> [Double] {
    let first = Int(bounded: (log10(lower) - 1e-9).rounded(.up))
    let last = Int(bounded: (log10(upper) + 1e-9).rounded(.down))
    let decades = max(0, last - first + 1)
    if decades >= 2 || maximum < 3 {
      guard decades > 0 else { return [lower] }
      let stride = max(1, (decades + maximum - 1) / maximum)
      return Swift.stride(from: first, through: last, by: stride).map { pow(10, Double($0)) }
    }
    var ticks: [Double] = []
    for decade in (first - 1)...(last + 1) {
      for digit in [1.0, 2, 5] {
        let value = digit * pow(10, Double(decade))
        if value >= lower * (1 - 1e-9), value <= upper * (1 + 1e-9) { ticks.append(value) }
      }
    }
    return ticks.count >= 2 ? Array(ticks.prefix(maximum)) : [lower, upper]
  }

  /// Labels for ticks, all with the same number of decimals where that stays short.
  public func labels(for ticks: [Double]) -> [String] {
    guard scale == .linear, ticks.count > 1 else { return ticks.map(NumberFormat.short) }
    let step = abs(ticks[1] - ticks[0])
    let largest = ticks.map(\.magnitude).max() ?? 0
    guard largest < 10_000, step >= 1e-3 else { return ticks.map(NumberFormat.short) }
    let decimals = max(0, -Int(bounded: (log10(step) + 1e-9).rounded(.down)))
    return ticks.map { NumberFormat.fixed($0, decimals: decimals) }
  }

  /// The smallest of 1, 2, 5 times a power of ten that is not below `rough`.
  private static func niceStep(_ rough: Double) -> Double {
    guard rough > 0, rough.isFinite else { return 1 }
    let power = pow(10, log10(rough).rounded(.down))
    for factor in [1.0, 2, 5] where factor * power >= rough * (1 - 1e-9) { return factor * power }
    return 10 * power
  }

  private static func niceBelow(_ value: Double) -> Double {
    let power = pow(10, log10(value).rounded(.down))
    for factor in [5.0, 2] where factor * power <= value * (1 + 1e-9) { return factor * power }
    return power
  }

  private static func niceAbove(_ value: Double) -> Double { niceStep(value) }

  /// Keeps differences of two bounds finite.
  private static func bounded(_ value: Double) -> Double {
    let limit = Double.greatestFiniteMagnitude / 16
    return value.isNaN ? 0 : min(limit, max(-limit, value))
  }
}
