import RepeatableRandom
import Testing

@testable import TinyTransformer

@Suite struct PolicyTests {
  @Test func referenceHasItsParameters() throws {
    let table = ParameterTable(configuration: .reference)
    #expect(table.totalCount == 102_720)
    #expect(table.entries.map(\.name).prefix(3).last == "model.layers.0.self_attn.q_proj.weight")
    #expect(Set(table.entries.map(\.name)).count == 2 + 2 * 9)
    var end = 0
    for entry in table.entries {
      #expect(entry.offset == end)
      end += entry.count
    }
    #expect(end == table.totalCount)
    let down = try #require(table.entries.last { $0.name.hasSuffix("down_proj.weight") })
    #expect(down.shape == [64, 176])
  }

  @Test func referenceCostsWhatItCosts() {
    let model = TransformerConfiguration.reference
    #expect(model.operationsPerSampledToken(promptLength: 11, responseLength: 24) == 216_832)
    let update = model.operationsPerUpdatePosition(promptLength: 11, responseLength: 24)
    #expect(abs(update - 637_666) < 1)
    #expect(MachinePeak.operationsPerSecond(Float.self, threads: 1, trials: 1) > 0)
  }

  @Test func startsWithTheSaidSpread() {
    let policy = TransformerPolicy<Float>(configuration: .reference, seed: SeedPath(1))
    let parameters = policy.parameters
    for entry in policy.table.entries {
      let values = parameters[entry.offset..<entry.offset + entry.count].map(Double.init)
      let deviation = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
      let expected: Double =
        switch entry.name {
        case "model.embed_tokens.weight": 0.02
        case let name where name.contains("norm"): 1
        case let name where name.hasSuffix("o_proj.weight"): 0.125 / 2
        case let name where name.hasSuffix("down_proj.weight"): 1 / 176.0.squareRoot() / 2
        default: 0.125
        }
      #expect(abs(deviation / expected - 1) < 0.06, "\(entry.name)")
    }
  }

  @Test func seedsRepeatAndDiffer() {
    func digest(_ seed: UInt64) -> UInt64 {
      TransformerPolicy<Float>(configuration: .odd, seed: SeedPath(seed)).weightsDigest()
    }
    #expect(digest(1) == digest(1))
    #expect(digest(1) != digest(2))
  }

  /// FNV-1a over the bytes of 1 + 0.5·index as singles, little-endian, worked out elsewhere.
  @Test func digestIsFNV1a() {
    let configuration = TransformerConfiguration(
      vocabularySize: 2, width: 2, layerCount: 1, headCount: 1, hiddenWidth: 1, contextLength: 2)
    let policy = TransformerPolicy<Float>(configuration: configuration, seed: SeedPath(0))
    #expect(policy.table.totalCount == 32)
    policy.parameters = (0..<32).map { 1 + 0.5 * Float($0) }
    #expect(policy.weightsDigest() == 0xD907_6B87_69BB_9EC9)
  }

  /// Changed parameters reach the next pass.
  @Test func packsAgainAfterAChange() {
    let policy = randomPolicy(Float.self, .odd, seed: 1)
    let batch = SequenceBatch.random(3, .odd, seed: 1)
    let pass = ForwardBackward<Float>(configuration: .odd, threads: 1)
    pass.forward(policy, batch)
    let before = pass.copyLogits()
    let start = policy.parameters
    policy.withParameters { $0[0] += 1 }
    pass.forward(policy, batch)
    #expect(pass.copyLogits() != before)
    policy.parameters = start
    pass.forward(policy, batch)
    #expect(pass.copyLogits() == before)
  }

  @Test func theParametersAreCountedWithoutMakingThem() {
    for configuration in [TransformerConfiguration.reference, .single, .odd] {
      let table = ParameterTable(configuration: configuration)
      #expect(configuration.parameterCount == Double(table.totalCount))
    }
  }

  @Test(arguments: ["vocabularySize", "width", "headCount", "hiddenWidth", "layerCount"])
  func refusesZero(name: String) {
    var configuration = TransformerConfiguration.reference
    switch name {
    case "vocabularySize": configuration.vocabularySize = 0
    case "width": configuration.width = 0
    case "headCount": configuration.headCount = 0
    case "hiddenWidth": configuration.hiddenWidth = 0
    default: configuration.layerCount = 0
    }
    #expect(refusal(of: configuration)?.name == name)
  }

  /// 5 does not divide the width 64; 64 heads of one element cannot be rotated.
  @Test(arguments: [5, 64])
  func refusesHeads(count: Int) {
    var configuration = TransformerConfiguration.reference
    configuration.headCount = count
    #expect(refusal(of: configuration)?.name == "headCount")
    #expect(refusal(of: configuration)?.value == "\(count)")
  }

  @Test func refusesWhatIsNoNumber() {
    var configuration = TransformerConfiguration.reference
    configuration.normEpsilon = .nan
    #expect(refusal(of: configuration)?.name == "normEpsilon")
    configuration = .reference
    configuration.ropeBase = 1
    #expect(refusal(of: configuration)?.name == "ropeBase")
    #expect(refusal(of: .reference) == nil)
  }

  private func refusal(
    of configuration: TransformerConfiguration
  ) -> (name: String, value: String)? {
    do {
      try configuration.validate()
      return nil
    } catch {
      switch error {
      case .outOfRange(let name, let value, _): return (name, value)
      }
    }
  }
}
