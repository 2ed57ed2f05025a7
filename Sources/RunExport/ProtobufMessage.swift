/// The bytes of a protocol buffer message, field by field, as its wire format has them.
struct ProtobufMessage {
  private(set) var bytes: [UInt8] = []

  private enum WireType: UInt64 {
    case variable = 0
    case eightBytes = 1
    case counted = 2
    case fourBytes = 5
  }

  mutating func add(_ field: UInt64, whole value: Int) {
    add(field, .variable)
    add(variable: UInt64(bitPattern: Int64(value)))
  }

  mutating func add(_ field: UInt64, double value: Double) {
    add(field, .eightBytes)
    add(littleEndian: value.bitPattern)
  }

  mutating func add(_ field: UInt64, float value: Float) {
    add(field, .fourBytes)
    add(littleEndian: value.bitPattern)
  }

  mutating func add(_ field: UInt64, text: String) { add(field, counted: Array(text.utf8)) }

  mutating func add(_ field: UInt64, _ build: (inout ProtobufMessage) -> Void) {
    var message = ProtobufMessage()
    build(&message)
    add(field, counted: message.bytes)
  }

  mutating func add<Value: FixedWidthInteger>(littleEndian value: Value) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private mutating func add(_ field: UInt64, counted content: [UInt8]) {
    add(field, .counted)
    add(variable: UInt64(content.count))
    bytes += content
  }

  private mutating func add(_ field: UInt64, _ type: WireType) {
    add(variable: field << 3 | type.rawValue)
  }

  private mutating func add(variable value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
