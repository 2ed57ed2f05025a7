internal import LocalFiles

/// Tensors of a record by name, checked for type and length. Absent ones are `nil`.
struct Columns {
  /// Tokens of a record at most: a frame holds no more.
  private static let countLimit = FrameFile.payloadLimit

  private let blob: SafetensorsArchive

  init(_ blob: SafetensorsArchive) { self.blob = blob }

  /// The sum of lengths, which must not exceed what a frame can hold.
  static func sum(_ lengths: [Int]) throws(StreamFault) -> Int {
    var sum = 0
    for length in lengths {
      sum += length
      guard sum <= countLimit else { throw StreamFault("lengths that add up to \(sum)") }
    }
    return sum
  }

  func required(_ name: String) throws(StreamFault) -> [UInt64] {
    guard let values = blob[name]?.elements(of: UInt64.self) else {
      throw StreamFault("no \(name)")
    }
    return values
  }

  func lengths(_ name: String, count: Int) throws(StreamFault) -> [Int] {
    guard let values = try indices(name, count: count) else { throw StreamFault("no \(name)") }
    _ = try Self.sum(values)
    return values
  }

  func indices(_ name: String, count: Int?) throws(StreamFault) -> [Int]? {
    try identifiers(name, count: count)?.map(Int.init)
  }

  func identifiers(_ name: String, count: Int?) throws(StreamFault) -> [UInt32]? {
    guard let tensor = blob[name] else { return nil }
    guard let values = tensor.elements(of: UInt32.self), values.count == count ?? values.count
    else { throw StreamFault("\(name) of another type or length") }
    return values
  }

  func bytes(_ name: String, count: Int) throws(StreamFault) -> [UInt8]? {
    guard let tensor = blob[name] else { return nil }
    guard let values = tensor.elements(of: UInt8.self), values.count == count else {
      throw StreamFault("\(name) of another type or length")
    }
    return values
  }

  /// F16 or F32.
  func numbers(_ name: String, count: Int) throws(StreamFault) -> [Float]? {
    guard let tensor = blob[name] else { return nil }
    let values =
      tensor.elements(of: Float.self)
      ?? tensor.elements(of: Float16.self)?.map { Self.halves[Int($0.bitPattern)] }
    guard let values, values.count == count else {
      throw StreamFault("\(name) of another type or length")
    }
    return values
  }

  /// Every number of half precision by its bits: a look is faster than what converts one.
  private static let halves = (0...UInt16.max).map { Float(Float16(bitPattern: $0)) }

  /// Bits, the lowest of each byte first.
  func mask(_ name: String, count: Int) throws(StreamFault) -> [Bool]? {
    guard let bytes = try bytes(name, count: (count + 7) / 8) else { return nil }
    return (0..<count).map { bytes[$0 / 8] >> UInt8($0 % 8) & 1 == 1 }
  }
}
