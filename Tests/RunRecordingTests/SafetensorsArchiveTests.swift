import LocalFiles
import Testing

@testable import RunRecording

@Suite struct SafetensorsArchiveTests {
  private let archive = SafetensorsArchive(
    metadata: ["format": "pt", "note": "a \"quoted\" word, ü"],
    tensors: [
      .init("model.norm.weight", [Float](arrayLiteral: 1, -0.5, .infinity)),
      .init("bytes", [UInt8](arrayLiteral: 7, 8, 9)),
      .init("grid", shape: [2, 3], [1.5, 2, 3, 4, 5, 6e-300]),
      .init("empty", shape: [0, 4], [Int32]()),
      .init("scalar", shape: [], [Int64.min]),
      .init("counts", [Int32](arrayLiteral: -1, .max)),
    ])

  @Test func everythingReadsBack() throws {
    let read = try SafetensorsArchive(decoding: archive.encoded(), path: "x")
    #expect(read.metadata == archive.metadata)
    #expect(Set(read.tensors) == Set(archive.tensors))
    #expect(read["grid"]?.shape == [2, 3])
    #expect(read["grid"]?.elements(of: Double.self) == [1.5, 2, 3, 4, 5, 6e-300])
    #expect(read["grid"]?.elements(of: Float.self) == nil)
    #expect(read["scalar"]?.elements(of: Int64.self) == [.min])
    #expect(read["absent"] == nil)
  }

  /// Bytes laid out by hand from the format's description.
  @Test func readsAFileMadeByHand() throws {
    let header =
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[1,9]},"#
      + #""__metadata__":{"k":"v"},"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}   "#
    let length = UInt8(header.utf8.count)
    let file =
      [length, 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8)
      + [42, 0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x20, 0xC0]
    let read = try SafetensorsArchive(decoding: file, path: "x")
    #expect(read.metadata == ["k": "v"])
    #expect(read["a"]?.elements(of: Float.self) == [1, -2.5])
    #expect(read["b"]?.elements(of: UInt8.self) == [42])
  }

  @Test func writesThePublishedLayout() {
    let bytes = SafetensorsArchive(tensors: [.init("a", [Float(1)]), .init("b", [2.0])]).encoded()
    let header =
      #"{"a":{"data_offsets":[8,12],"dtype":"F32","shape":[1]},"#
      + #""b":{"data_offsets":[0,8],"dtype":"F64","shape":[1]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let expected =
      [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(padded.utf8)
      + [0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0x80, 0x3F]
    #expect(bytes == expected)
  }

  @Test func anyTruncationIsRefused() {
    let bytes = archive.encoded()
    for length in bytes.indices {
      #expect(throws: RecordingError.self) {
        try SafetensorsArchive(decoding: Array(bytes[..<length]), path: "x")
      }
    }
    #expect(throws: RecordingError.self) {
      try SafetensorsArchive(decoding: bytes + [0], path: "x")
    }
  }

  @Test(arguments: [
    #"{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}"#,
    #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
    #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#,
    #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#,
    #"{"a":{"k":"v"},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#,
    #"{"a":7}"#, #"[]"#, "{", "",
  ])
  func badHeadersAreRefused(header: String) {
    let file = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [1, 2, 3, 4]
    #expect(throws: RecordingError.self) { try SafetensorsArchive(decoding: file, path: "x") }
  }

  @Test func absurdHeaderLengthsAreRefused() {
    for length in [[UInt8](repeating: 255, count: 8), [0, 0, 0, 0, 0, 0, 0, 128]] {
      #expect(throws: RecordingError.self) {
        try SafetensorsArchive(decoding: length + Array("{}".utf8), path: "x")
      }
    }
  }
}
