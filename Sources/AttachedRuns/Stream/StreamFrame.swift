public import LocalFiles

/// A frame of a stream, as a probe writes it: for made-up streams, of tests and of a benchmark.
public enum StreamFrame {
  /// - Parameters:
  ///   - record: its kind, such as `rollout`.
  ///   - words: its JSON.
  public static func encode(
    _ record: String, words: String, _ tensors: [SafetensorsArchive.Tensor] = []
  ) -> [UInt8] {
    encode(
      payload: SafetensorsArchive(
        metadata: [
          "format": "maspo-probe", "version": "1", "record": record, "json": words,
        ], tensors: tensors
      ).encoded())
  }

  static func encode(payload: [UInt8]) -> [UInt8] {
    func bytes(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }
    let length = UInt32(payload.count)
    return Array("MSPF".utf8) + bytes(length) + bytes(~length)
      + bytes(CRC32.checksum(payload)) + payload
  }
}
