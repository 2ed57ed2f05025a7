internal import TinyTransformer

extension RunConfiguration {
  /// The most parameters that a model may have. With their gradients, AdamW's two moments and the
  /// copy of a checkpoint they take 2 GB.
  public static let largestParameterCount = 100_000_000

  /// Checks the shape of the model.
  ///
  /// - Throws: `ConfigurationError`, under the names that options have.
  func validateModel() throws {
    let reference = TransformerConfiguration.reference
    if model.headCount == reference.headCount, !model.width.isMultiple(of: 2 * model.headCount) {
      throw ConfigurationError.outOfRange(
        name: "width", value: "\(model.width)",
        allowed: "a multiple of \(2 * model.headCount), twice the heads")
    }
    do {
      try model.validate()
    } catch .outOfRange(let name, let value, let allowed) {
      let options = ["layerCount": "layers", "headCount": "heads", "hiddenWidth": "hidden"]
      throw ConfigurationError.outOfRange(
        name: options[name] ?? name, value: value, allowed: allowed)
    }
    guard model.parameterCount > Double(Self.largestParameterCount) else { return }
    // To blame is what exceeds its usual value most.
    let sizes = [
      ("width", model.width, reference.width), ("layers", model.layerCount, reference.layerCount),
      ("hidden", model.hiddenWidth, reference.hiddenWidth),
    ]
    let largest = sizes.max { $0.1 / $0.2 < $1.1 / $1.2 } ?? sizes[0]
    throw ConfigurationError.outOfRange(
      name: largest.0, value: "\(largest.1)",
      allowed: "a model of at most \(Self.largestParameterCount) parameters")
  }
}
