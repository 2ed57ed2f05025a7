/// The checksum of zlib and PNG: CRC-32 with the polynomial 0x04C11DB7, reflected.
enum CRC32 {
  /// `tables[k][b]`: of byte b followed by k zero bytes, so that eight bytes go at once.
  private static let tables: [[UInt32]] = {
    var first: [UInt32] = []
    for byte in UInt32(0)..<256 {
      var value = byte
      for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
      first.append(value)
    }
    var tables = [first]
    for index in 1..<8 {
      tables.append(tables[index - 1].map { first[Int($0 & 0xFF)] ^ ($0 >> 8) })
    }
    return tables
  }()

  private static let flat = tables.flatMap { $0 }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    flat.withUnsafeBufferPointer { table in
      bytes.withUnsafeBytes { bytes in
        var value = UInt32.max
        var place = 0
        while place + 8 <= bytes.count {
          let low = value ^ bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self).littleEndian
          let high = bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self).littleEndian
          value = 0
          for byte in 0..<4 {
            value ^= table[(7 - byte) << 8 | Int(low >> (8 * UInt32(byte)) & 0xFF)]
            value ^= table[(3 - byte) << 8 | Int(high >> (8 * UInt32(byte)) & 0xFF)]
          }
          place += 8
        }
        for byte in bytes[place...] {
          value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value >> 8)
        }
        return ~value
      }
    }
  }
}
