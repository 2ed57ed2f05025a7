public import RepeatableRandom

/// A claimed gradient against finite differences along one random direction, as in JAX's
/// `check_vjp`.
public struct GradientCheck: CustomStringConvertible {
  /// ⟨gradient, direction⟩
  public let claimed: Double
  /// The central difference of the function along the direction.
  public let measured: Double

  /// |claimed − measured| over the larger of the two.
  public var relativeError: Double {
    let scale = max(abs(claimed), abs(measured))
    return scale == 0 ? 0 : abs(claimed - measured) / scale
  }

  public var description: String {
    "claimed \(claimed), measured \(measured), relative error \(relativeError)"
  }

  /// Differentiates `function` at `point` along a direction of independent standard normals.
  ///
  /// The difference is Richardson's combination of the steps h and 2h, of error O(h⁴).
  public init(
    at point: [Double], gradient: [Double], seed: SeedPath, step: Double = 1e-4,
    _ function: ([Double]) -> Double
  ) {
    precondition(point.count == gradient.count, "gradient and point differ in size")
    var generator = seed.generator
    let direction = point.map { _ in generator.normal() }
    let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
    func difference(_ h: Double) -> Double {
      let ahead = zip(point, direction).map { $0 + h * $1 / length }
      let behind = zip(point, direction).map { $0 - h * $1 / length }
      return (function(ahead) - function(behind)) / (2 * h)
    }
    claimed = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 / length }
    measured = (4 * difference(step) - difference(2 * step)) / 3
  }
}
