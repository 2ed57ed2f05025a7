import Testing
import TrainingTelemetry

@testable import RunExport

@Suite struct EventFileTests {
  /// The check value that catalogs of checksums give for CRC-32C, and two of RFC 3720, B.4.
  @Test func checksumIsCastagnolis() {
    #expect(CRC32C.of("123456789".utf8) == 0xE306_9283)
    #expect(CRC32C.of([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.of([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
  }

  /// Written by hand from the wire format: field 1 whole 150 is `08 96 01`, field 2 "testing" …
  @Test func messageIsOfTheWireFormat() {
    var message = ProtobufMessage()
    message.add(1, whole: 150)
    message.add(2, text: "testing")
    message.add(3) { $0.add(1, whole: 150) }
    #expect(
      message.bytes == [0x08, 0x96, 0x01, 0x12, 0x07] + Array("testing".utf8)
        + [0x1A, 0x03, 0x08, 0x96, 0x01])
  }

  @Test func aRecordIsALengthAMessageAndTheirChecksums() throws {
    let change = KnobChange(
      name: "alpha", symbol: "α", oldValue: 0.3, newValue: nil, updatesBefore: 7, iteration: 1)
    let bytes = try #require(TensorBoardRecord(.knobChange(change), time: 5)).bytes
    let length = Int(bytes[0])
    #expect(bytes.count == 8 + 4 + length + 4)
    #expect(word(bytes, at: 8) == CRC32C.masked(bytes[0..<8]))
    #expect(word(bytes, at: 12 + length) == CRC32C.masked(bytes[12..<12 + length]))
    let text = "alpha 0.3 → none"
    #expect(contains(bytes, Array(text.utf8)))
    #expect(
      TensorBoardRecord(
        .notice(Notice(level: .warning, text: "x", updatesBefore: 0)), time: 0) == nil)
  }

  private func word(_ bytes: [UInt8], at start: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) }
  }

  private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    bytes.indices.contains { bytes[$0...].starts(with: part) }
  }
}
