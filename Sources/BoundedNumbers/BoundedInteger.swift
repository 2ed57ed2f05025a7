extension Int {
  /// The largest whole number up to which a `Double` has all of them, 2⁵³.
  public static let largestBounded = 1 << 53

  /// The whole number that `value` has in front of its point, bounded by ±2⁵³; 0 for a `nan`.
  ///
  /// Swift's own conversion ends the program for a value that does not fit, such as an infinity or
  /// a metric of 1e300 that stands in a file.
  public init(bounded value: Double) {
    let limit = Double(Self.largestBounded)
    self = value.isNaN ? 0 : Int(Swift.min(limit, Swift.max(-limit, value)))
  }
}
