import Foundation
import ReasoningTasks
import Testing

@testable import PolicyTraining

@Suite struct BasePolicyCacheTests {
  private func cache(seed: UInt64 = 1, fingerprint: UInt64 = 5) throws -> BasePolicyCache {
    var configuration = RunConfiguration()
    configuration.baseSeed = seed
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-cache-\(UUID().uuidString)")
    return BasePolicyCache(
      configuration: configuration, fingerprint: fingerprint, folder: folder)
  }

  private let policy = BasePolicy(
    parameters: [1, -2.5, 3e-7, 0], average: 0.25, pass: 0.8, attempt: 2)

  @Test func whatIsStoredIsFound() throws {
    let cache = try cache()
    defer { try? FileManager.default.removeItem(at: cache.folder) }
    #expect(cache.load(parameterCount: 4) == .absent)
    try cache.store(policy)
    #expect(cache.load(parameterCount: 4) == .found(policy))
  }

  @Test func everythingThatDeterminesAPolicyIsInTheKey() throws {
    let keys = [try cache(), try cache(seed: 2), try cache(fingerprint: 6)].map(\.key)
    #expect(Set(keys).count == 3)
  }

  @Test(arguments: ["flipped byte", "cut short", "foreign", "other key", "empty", "not a number"])
  func aDamagedFileIsNotTrusted(damage: String) throws {
    let cache = try cache()
    defer { try? FileManager.default.removeItem(at: cache.folder) }
    try cache.store(policy)
    var data = try Data(contentsOf: cache.file)
    switch damage {
    case "flipped byte": data[data.count - 3] ^= 0x10
    case "cut short": data.removeLast(4)
    case "foreign": data = Data("PNG\n\u{1A}something else".utf8)
    case "empty": data = Data()
    case "not a number":
      var broken = policy
      broken.parameters[1] = .nan
      try cache.store(broken)
      data = try Data(contentsOf: cache.file)
    default:
      let other = try self.cache(seed: 3)
      try other.store(policy)
      data = try Data(contentsOf: other.file)
      try FileManager.default.removeItem(at: other.folder)
    }
    try data.write(to: cache.file)
    guard case .damaged(let reason) = cache.load(parameterCount: 4) else {
      Issue.record("a damaged file was trusted")
      return
    }
    #expect(!reason.isEmpty)
  }
}
