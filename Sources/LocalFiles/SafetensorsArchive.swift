/// A file in the safetensors format: named tensors of numbers, with a few words of metadata.
///
/// The layout is that of huggingface/safetensors: eight bytes with the header's length, a header
/// of JSON that gives each tensor's type, shape and place, then the numbers, little-endian,
/// row-major, without gaps.
public struct SafetensorsArchive: Sendable, Hashable {
  public struct Tensor: Sendable, Hashable {
    public let name: String
    public let type: SafetensorsType
    public let shape: [Int]
    /// The elements, little-endian, row-major.
    let bytes: [UInt8]

    /// - Precondition: `elements` fill the shape.
    public init<Element: SafetensorsElement>(
      _ name: String, shape: [Int]? = nil, _ elements: [Element]
    ) {
      self.name = name
      self.shape = shape ?? [elements.count]
      type = Element.safetensorsType
      precondition(
        self.shape.reduce(1, *) == elements.count,
        "\(name): \(elements.count) elements for the shape \(self.shape)")
      let isLittleEndian = 1.littleEndian == 1
      bytes = (isLittleEndian ? elements : elements.map(\.littleEndianValue))
        .withUnsafeBytes { Array($0) }
    }

    fileprivate init(name: String, type: SafetensorsType, shape: [Int], bytes: [UInt8]) {
      self.name = name
      self.type = type
      self.shape = shape
      self.bytes = bytes
    }

    /// The elements, or `nil` when the tensor is of another type.
    public func elements<Element: SafetensorsElement>(of: Element.Type) -> [Element]? {
      guard type == Element.safetensorsType else { return nil }
      return bytes.withUnsafeBytes { bytes in
        [Element](unsafeUninitializedCapacity: bytes.count / type.width) { buffer, count in
          UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
          count = bytes.count / type.width
          guard 1.littleEndian != 1 else { return }
          for index in 0..<count { buffer[index] = buffer[index].littleEndianValue }
        }
      }
    }
  }

  public var metadata: [String: String]
  public var tensors: [Tensor]

  public init(metadata: [String: String] = [:], tensors: [Tensor] = []) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// The tensor called `name`.
  public subscript(name: String) -> Tensor? { tensors.first { $0.name == name } }
}

/// Why bytes are no safetensors file.
public struct SafetensorsFault: Error, Hashable {
  public let reason: String
}

/// Element types, by their names in the format.
public enum SafetensorsType: String, Sendable, Hashable, Codable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case int64 = "I64"
  case int32 = "I32"
  case uint64 = "U64"
  case uint32 = "U32"
  case uint8 = "U8"

  /// Bytes of one element.
  public var width: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16: 2
    case .uint8: 1
    }
  }
}

/// A number type that tensors can hold; all have trivial bits.
public protocol SafetensorsElement: BitwiseCopyable, Sendable {
  static var safetensorsType: SafetensorsType { get }
  /// The value whose bytes in memory are the receiver's in little-endian order, and back.
  var littleEndianValue: Self { get }
}

extension Float: SafetensorsElement {
  public static var safetensorsType: SafetensorsType { .float32 }
  public var littleEndianValue: Float { Float(bitPattern: bitPattern.littleEndian) }
}

extension Double: SafetensorsElement {
  public static var safetensorsType: SafetensorsType { .float64 }
  public var littleEndianValue: Double { Double(bitPattern: bitPattern.littleEndian) }
}

extension Int64: SafetensorsElement {
  public static var safetensorsType: SafetensorsType { .int64 }
  public var littleEndianValue: Int64 { littleEndian }
}

extension Int32: SafetensorsElement {
  public static var safetensorsType: SafetensorsType { .int32 }
  public var littleEndianValue: Int32 { littleEndian }
}

extension Float16: SafetensorsElement {
  public static var safetensorsType: SafetensorsType { .float16 }
  public var littleEndianValue: Float16 { Float16(bitPattern: bitPattern.littleEndian) }
}

extension UInt64: SafetensorsElement {
  public static var safetensorsType: SafetensorsType { .uint64 }
  public var littleEndianValue: UInt64 { littleEndian }
}

extension UInt32: SafetensorsElement {
  public static var safetensorsType: SafetensorsType { .uint32 }
  public var littleEndianValue: UInt32 { littleEndian }
}

extension UInt8: SafetensorsElement {
  public static var safetensorsType: SafetensorsType { .uint8 }
  public var littleEndianValue: UInt8 { self }
}

// MARK: The file's bytes

extension SafetensorsArchive {
  private static let metadataKey = "__metadata__"
  /// The format's own limit to a header, in bytes.
  public static let largestHeader = 100_000_000

  /// One tensor's entry in the header.
  private struct Place: Codable {
    var dtype: String
    var shape: [Int]
    /// Where the tensor begins and ends in the body, bytes.
    var offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype
      case shape
      case offsets = "data_offsets"
    }
  }

  /// A header's value: an entry, or the metadata.
  private enum HeaderValue: Codable {
    case place(Place)
    case metadata([String: String])

    init(from decoder: any Decoder) throws {
      if let place = try? Place(from: decoder) {
        self = .place(place)
      } else {
        self = .metadata(try [String: String](from: decoder))
      }
    }

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .place(let place): try place.encode(to: encoder)
      case .metadata(let metadata): try metadata.encode(to: encoder)
      }
    }
  }

  /// The whole file. Wide elements come first, so that every tensor is aligned to its elements.
  ///
  /// - Precondition: names are unique, and none is `__metadata__`.
  public func encoded() -> [UInt8] {
    let ordered = [8, 4, 2, 1].flatMap { width in tensors.filter { $0.type.width == width } }
    var header: [String: HeaderValue] = [:]
    var end = 0
    for tensor in ordered {
      precondition(
        header[tensor.name] == nil && tensor.name != Self.metadataKey,
        "two tensors are called \(tensor.name)")
      let start = end
      end += tensor.bytes.count
      header[tensor.name] = .place(
        Place(dtype: tensor.type.rawValue, shape: tensor.shape, offsets: [start, end]))
    }
    if !metadata.isEmpty { header[Self.metadataKey] = .metadata(metadata) }
    var text = JSONText.encode(header, keys: .exact)
    // Spaces up to a multiple of eight, so that the body is aligned in the file.
    text += [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    var file: [UInt8] = []
    file.reserveCapacity(8 + text.count + end)
    withUnsafeBytes(of: UInt64(text.count).littleEndian) { file += $0 }
    file += text
    for tensor in ordered { file += tensor.bytes }
    return file
  }

  /// Reads a file's bytes.
  ///
  /// - Parameter headerLimit: bytes of the header at most.
  /// - Throws: `SafetensorsFault` for anything that the format forbids.
  public init(
    decoding file: [UInt8], headerLimit: Int = largestHeader
  ) throws(SafetensorsFault) {
    func malformed(_ reason: String) -> SafetensorsFault { SafetensorsFault(reason: reason) }
    guard file.count >= 8 else { throw malformed("\(file.count) bytes are no safetensors file") }
    let length = file[0..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= headerLimit, Int(length) <= file.count - 8 else {
      throw malformed("its header would be \(length) bytes long")
    }
    let body = 8 + Int(length)
    guard length > 0, file[8] == UInt8(ascii: "{"),
      let header = JSONText.decode([String: HeaderValue].self, from: file[8..<body], keys: .exact)
    else { throw malformed("its header cannot be read") }
    metadata = [:]
    var found: [(start: Int, tensor: Tensor)] = []
    for (name, value) in header {
      switch value {
      case .metadata(let words):
        guard name == Self.metadataKey else { throw malformed("the entry of \(name)") }
        metadata = words
      case .place(let place):
        let bytes = try Self.range(of: place, in: body..<file.count).mapError {
          malformed("tensor \(name) \($0.reason)")
        }.get()
        guard let type = SafetensorsType(rawValue: place.dtype) else {
          throw malformed("tensor \(name) has elements of type \(place.dtype)")
        }
        found.append(
          (
            bytes.lowerBound,
            Tensor(name: name, type: type, shape: place.shape, bytes: Array(file[bytes]))
          ))
      }
    }
    // An empty tensor may share its start with the next one.
    found.sort { ($0.start, $0.tensor.bytes.count) < ($1.start, $1.tensor.bytes.count) }
    var end = body
    for (start, tensor) in found {
      guard start == end else { throw malformed("a gap or overlap before tensor \(tensor.name)") }
      end += tensor.bytes.count
    }
    guard end == file.count else {
      throw malformed("\(file.count - end) bytes belong to no tensor")
    }
    tensors = found.map(\.tensor)
  }

  private static func range(of place: Place, in body: Range<Int>) -> Result<
    Range<Int>, SafetensorsFault
  > {
    guard place.offsets.count == 2, place.offsets[0] >= 0,
      place.offsets[0] <= place.offsets[1], place.offsets[1] <= body.count
    else { return .failure(SafetensorsFault(reason: "lies at \(place.offsets)")) }
    var count = SafetensorsType(rawValue: place.dtype)?.width ?? 1
    for extent in place.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else {
        return .failure(SafetensorsFault(reason: "has the shape \(place.shape)"))
      }
      count = product
    }
    let bytes = place.offsets[1] - place.offsets[0]
    guard bytes == count || SafetensorsType(rawValue: place.dtype) == nil else {
      return .failure(SafetensorsFault(reason: "has \(bytes) bytes for the shape \(place.shape)"))
    }
    return .success(
      body.lowerBound + place.offsets[0]..<body.lowerBound + place.offsets[1])
  }
}
