extension SafetensorsArchive {
  /// A number that changes with any bit of what the archive holds; for accidents, not for intent.
  ///
  /// It is made of 64-bit words h ← (h ⊕ word)·p, h ← h ⊕ (h ≫ 29), from FNV's offset basis with
  /// FNV's prime p: every step can be undone, so that two archives that differ in one word never
  /// agree. The words are those of the metadata's keys and values in the order of the keys, then of
  /// each tensor in the order of names: its name, type and shape (`4,2`), then its elements. Each
  /// text and each tensor is taken as its length in bytes, one word, and its bytes, little-endian,
  /// the last word filled with zeros.
  ///
  /// - Parameter key: an entry of the metadata that is left out: the one that holds the digest.
  /// - Returns: 16 lower-case hexadecimal digits.
  public func digest(without key: String) -> String {
    var digest = WordDigest()
    for (name, value) in metadata.sorted(by: { $0.key < $1.key }) where name != key {
      digest.append(Array(name.utf8))
      digest.append(Array(value.utf8))
    }
    for tensor in tensors.sorted(by: { $0.name < $1.name }) {
      digest.append(Array(tensor.name.utf8))
      digest.append(Array(tensor.type.rawValue.utf8))
      digest.append(Array(tensor.shape.map(String.init).joined(separator: ",").utf8))
      digest.append(tensor.bytes)
    }
    let digits = String(digest.state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// The hash of `SafetensorsArchive.digest(without:)`.
private struct WordDigest {
  var state: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func append(_ bytes: [UInt8]) {
    append(UInt64(bytes.count))
    bytes.withUnsafeBytes { buffer in
      let whole = buffer.count & ~7
      var offset = 0
      while offset < whole {
        append(UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        offset += 8
      }
      guard whole < buffer.count else { return }
      var last: UInt64 = 0
      for (place, byte) in buffer[whole...].enumerated() { last |= UInt64(byte) << (8 * place) }
      append(last)
    }
  }

  private mutating func append(_ word: UInt64) {
    state = (state ^ word) &* 0x0000_0100_0000_01B3
    state ^= state >> 29
  }
}
