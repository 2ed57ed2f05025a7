/// The checksum of TFRecord files: CRC-32C (Castagnoli, RFC 3720 appendix B.4), reflected
/// polynomial 0x82F63B78, and the mask that TensorFlow puts over it.
enum CRC32C {
  private static let table: [UInt32] = (UInt32(0)..<256).map { byte in
    var value = byte
    for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0x82F6_3B78 : value >> 1 }
    return value
  }

  static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { value, byte in
      table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value >> 8)
    }
  }

  /// Rotated by 15 bits and moved by a constant, so that a checksum of data that holds checksums
  /// still says something.
  static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let value = of(bytes)
    return ((value >> 15) | (value << 17)) &+ 0xA282_EAD8
  }
}
