internal import FoundationEssentials
internal import LocalFiles
internal import ReasoningTasks
internal import RepeatableRandom
internal import TinyTransformer

/// Base policies in the user's cache folder (`$XDG_CACHE_HOME/maspo`, else `~/.cache/maspo`), one
/// file for each combination of everything that determines one.
///
/// A file is: a magic line, a line of JSON with the full key and the digest of the rest, then the
/// parameters as little-endian singles. A file that does not match in any respect is not trusted.
struct BasePolicyCache {
  static let magic = "maspo base policy 1\n"

  let folder: URL
  /// Everything that determines the policy, in words and numbers.
  let key: String

  init(
    configuration: RunConfiguration, fingerprint: UInt64, folder: URL = Self.defaultFolder
  ) {
    let settings = configuration.warmStart
    let model = configuration.model
    key = [
      "task \(configuration.reasoningTask.parameterDigest)", "seed \(configuration.baseSeed)",
      "model \(model.vocabularySize) \(model.width) \(model.layerCount) \(model.headCount) "
        + "\(model.hiddenWidth) \(model.contextLength) \(model.normEpsilon) \(model.ropeBase)",
      "warm start \(settings.steps) \(settings.batchSize) \(settings.learningRate) "
        + "\(settings.rampSteps) \(settings.finalLearningRateShare) \(settings.stallThreshold)",
      "optimizer \(configuration.optimizer.beta1) \(configuration.optimizer.beta2) "
        + "\(configuration.optimizer.epsilon)",
      "arithmetic \(String(fingerprint, radix: 16))",
    ].joined(separator: "; ")
    self.folder = folder
  }

  static var defaultFolder: URL {
    URL(
      fileURLWithPath: UserFolder.cache.path(environment: ProcessInfo.processInfo.environment),
      isDirectory: true)
  }

  var file: URL {
    folder.appendingPathComponent("base-\(FNV1a(key).digits).policy")
  }

  enum Finding: Equatable {
    case found(BasePolicy)
    case absent
    /// A file is there but cannot be trusted; the text says why.
    case damaged(String)
  }

  private struct Header: Codable {
    var key: String
    var average: Double
    var pass: Double
    var attempt: Int
    var parameterCount: Int
    var digest: String
  }

  /// Looks for the policy of this key.
  func load(parameterCount: Int) -> Finding {
    guard let data = try? Data(contentsOf: file) else {
      return FileManager.default.fileExists(atPath: file.path) ? .damaged("unreadable") : .absent
    }
    let magic = Data(Self.magic.utf8)
    guard data.starts(with: magic) else { return .damaged("not a base policy") }
    let rest = data.dropFirst(magic.count)
    guard let end = rest.firstIndex(of: UInt8(ascii: "\n")),
      let header = JSONText.decode(Header.self, from: rest[..<end], keys: .exact)
    else { return .damaged("its header cannot be read") }
    let body = Data(rest[rest.index(after: end)...])
    guard header.key == key else { return .damaged("it belongs to another configuration") }
    guard header.parameterCount == parameterCount, body.count == parameterCount * 4 else {
      return .damaged("\(body.count) bytes of parameters instead of \(parameterCount * 4)")
    }
    guard header.digest == FNV1a(body).digits else { return .damaged("wrong digest") }
    let parameters = body.withUnsafeBytes { bytes in
      (0..<parameterCount).map { index in
        Float(
          bitPattern: UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)))
      }
    }
    guard parameters.allSatisfy(\.isFinite) else { return .damaged("non-finite parameters") }
    return .found(
      BasePolicy(
        parameters: parameters, average: header.average, pass: header.pass,
        attempt: header.attempt))
  }

  /// Writes the policy, atomically.
  ///
  /// - Throws: a Foundation error when the folder cannot be written.
  func store(_ policy: BasePolicy) throws {
    var body = Data(capacity: policy.parameters.count * 4)
    for parameter in policy.parameters {
      withUnsafeBytes(of: parameter.bitPattern.littleEndian) { body.append(contentsOf: $0) }
    }
    let header = Header(
      key: key, average: policy.average, pass: policy.pass, attempt: policy.attempt,
      parameterCount: policy.parameters.count, digest: FNV1a(body).digits)
    var data = Data(Self.magic.utf8)
    data.append(contentsOf: try JSONText.encodeFinite(header))
    data.append(UInt8(ascii: "\n"))
    data.append(body)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try SafeFile.replace(file.path, with: data)
  }
}
