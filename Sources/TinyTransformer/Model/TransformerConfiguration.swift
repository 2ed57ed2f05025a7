/// The shape of the policy: a decoder in the manner of Llama, with rotary positions, SwiGLU,
/// RMSNorm, no biases, and an embedding that also serves as the output matrix.
public struct TransformerConfiguration: Sendable, Hashable, Codable {
  /// V, the number of tokens.
  public var vocabularySize: Int
  /// d, the width of the residual stream.
  public var width: Int
  public var layerCount: Int
  /// Heads of attention; `width / headCount` must be an even number.
  public var headCount: Int
  /// F, the width of the gated feed-forward layer.
  public var hiddenWidth: Int
  /// The most positions a sequence may have, prompt and response together.
  public var contextLength: Int
  /// ε under the root of RMSNorm.
  public var normEpsilon: Double
  /// The base of the rotary frequencies, base^(−2i / head width).
  public var ropeBase: Double

  public init(
    vocabularySize: Int, width: Int, layerCount: Int, headCount: Int, hiddenWidth: Int,
    contextLength: Int, normEpsilon: Double = 1e-5, ropeBase: Double = 10_000
  ) {
    self.vocabularySize = vocabularySize
    self.width = width
    self.layerCount = layerCount
    self.headCount = headCount
    self.hiddenWidth = hiddenWidth
    self.contextLength = contextLength
    self.normEpsilon = normEpsilon
    self.ropeBase = ropeBase
  }

  /// The model of the reference experiments: 102,720 parameters.
  public static let reference = TransformerConfiguration(
    vocabularySize: 32, width: 64, layerCount: 2, headCount: 4, hiddenWidth: 176,
    contextLength: 64)

  /// Elements of a head's queries, keys and values.
  public var headWidth: Int { width / headCount }

  /// How many parameters the model has or, being too large to be made, would have.
  public var parameterCount: Double {
    let d = Double(width)
    let layer = 4 * d * d + 3 * d * Double(hiddenWidth) + 2 * d
    return Double(vocabularySize) * d + Double(layerCount) * layer + d
  }

  /// - Throws: `TransformerConfigurationError` naming the first value that cannot be.
  public func validate() throws(TransformerConfigurationError) {
    let counts = [
      ("vocabularySize", vocabularySize, 2), ("width", width, 2), ("layerCount", layerCount, 1),
      ("headCount", headCount, 1), ("hiddenWidth", hiddenWidth, 1),
      ("contextLength", contextLength, 2),
    ]
    for (name, value, least) in counts where value < least {
      throw .outOfRange(name: name, value: "\(value)", allowed: "at least \(least)")
    }
    guard width % headCount == 0, headWidth % 2 == 0 else {
      throw .outOfRange(
        name: "headCount", value: "\(headCount)",
        allowed: "a divisor of width \(width) that leaves an even head width")
    }
    guard normEpsilon > 0, normEpsilon.isFinite else {
      throw .outOfRange(name: "normEpsilon", value: "\(normEpsilon)", allowed: "above 0")
    }
    guard ropeBase > 1, ropeBase.isFinite else {
      throw .outOfRange(name: "ropeBase", value: "\(ropeBase)", allowed: "above 1")
    }
  }
}

/// A configuration that describes no model.
public enum TransformerConfigurationError: Error, Equatable, CustomStringConvertible {
  case outOfRange(name: String, value: String, allowed: String)

  public var description: String {
    switch self {
    case .outOfRange(let name, let value, let allowed):
      return "\(name) is \(value); allowed: \(allowed)"
    }
  }
}

/// Widths as the kernels want them: rows padded to multiples of 16 elements.
struct PaddedWidths {
  let width: Int
  let hidden: Int
  let vocabulary: Int

  init(_ configuration: TransformerConfiguration) {
    width = Self.padded(configuration.width)
    hidden = Self.padded(configuration.hiddenWidth)
    vocabulary = Self.padded(configuration.vocabularySize)
  }

  static func padded(_ count: Int) -> Int { (count + 15) & ~15 }
}
