/// Derives independent seeds from a root seed and a path of names and numbers.
///
/// Adding numbers to seeds makes neighboring streams repeat each other; mixing does not.
/// The result depends on every component and on their order.
public struct SeedPath: Sendable, Hashable {
  /// The 64-bit seed reached so far.
  public let value: UInt64

  public init(_ root: UInt64) {
    value = Self.finalize(root ^ 0x9E37_79B9_7F4A_7C15)
  }

  private init(mixed value: UInt64) {
    self.value = value
  }

  /// The seed of the stream named `name`.
  public func appending(_ name: String) -> SeedPath {
    SeedPath(mixed: Self.mix(value, FNV1a(name).value))
  }

  /// The seed of stream number `index`.
  public func appending(_ index: Int) -> SeedPath {
    SeedPath(mixed: Self.mix(value, UInt64(bitPattern: Int64(index)) &+ 0x632B_E59B_D9B4_E019))
  }

  /// A generator that starts at this seed.
  public var generator: RepeatableGenerator { RepeatableGenerator(seed: value) }

  private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    finalize((a &* 0xD134_2543_DE82_EF95) ^ finalize(b))
  }

  /// The finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
  /// generators", OOPSLA 2014): a bijection of 64-bit words in which every bit matters.
  private static func finalize(_ word: UInt64) -> UInt64 {
    var z = word
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
