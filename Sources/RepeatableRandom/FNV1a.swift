/// The 64-bit FNV-1a hash of a sequence of bytes (Fowler, Noll and Vo; draft-eastlake-fnv).
///
/// It names files and detects accidental damage; it is no protection against intent. Digests of
/// weights, cached base policies and recorded runs are all of this kind, so its values are fixed
/// for good.
public struct FNV1a: Sendable, Hashable {
  /// The hash of the bytes so far; that of no bytes is the offset basis.
  public var value: UInt64 { state }

  @usableFromInline var state: UInt64 = 0xCBF2_9CE4_8422_2325

  @inlinable
  public init() {}

  /// The hash of `bytes`.
  @inlinable
  public init(_ bytes: some Sequence<UInt8>) {
    self.init()
    for byte in bytes { append(byte) }
  }

  /// The hash of the text's UTF-8 bytes.
  @inlinable
  public init(_ text: String) {
    self.init(text.utf8)
  }

  /// The hash of the parameters' bit patterns, the lowest byte of each first.
  @inlinable
  public init(_ parameters: some Sequence<Float>) {
    self.init()
    for parameter in parameters { append(littleEndian: parameter.bitPattern) }
  }

  @inlinable
  public mutating func append(_ byte: UInt8) {
    state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
  }

  /// Appends the bytes of `word`, the lowest first.
  @inlinable
  public mutating func append(littleEndian word: some FixedWidthInteger & UnsignedInteger) {
    withUnsafeBytes(of: word.littleEndian) { bytes in
      for byte in bytes { append(byte) }
    }
  }

  /// `value` as files spell it: 16 lower-case hexadecimal digits.
  public var digits: String { value.hexadecimalDigits }
}

extension UInt64 {
  /// All 16 hexadecimal digits, in lower case, with leading zeros.
  public var hexadecimalDigits: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
