import Dispatch
import FoundationEssentials
import LocalFiles
import Synchronization
public import TrainingTelemetry

extension Decodable where Self: PlausibleCounts {
  /// A line of a log; `nil` when it is not of the format or counts what no run counts.
  init?(line: [UInt8], _ reader: JSONLineReader) {
    guard let value = reader.decode(Self.self, from: line), value.isPlausible else { return nil }
    self = value
  }
}

/// The lines of a log, decoded.
public struct LogContents<Line: Decodable & PlausibleCounts & Sendable>: Sendable {
  public private(set) var lines: [Line] = []
  /// Complete lines that are not of the format, or count what no run counts.
  public private(set) var unreadableLineCount = 0
  /// Bytes of a last line that was torn off.
  public private(set) var tornByteCount = 0

  /// Reads as much of the file as `limit` bytes hold, or as its last `lastBytes` do.
  init(_ path: String, limit: Int = .max, lastBytes: Int = .max) throws(RecordingError) {
    var log = try LogLines<Line>(path, limit: limit, lastBytes: lastBytes)
    while let line = try log.next() { lines.append(line) }
    unreadableLineCount = log.unreadableLineCount
    tornByteCount = log.tornByteCount
  }

  /// What a person should know of the damage; `nil` when there is none.
  public var damage: String? {
    logDamage(unreadableLineCount: unreadableLineCount, tornByteCount: tornByteCount)
  }
}

/// A log that is read line by line: of a long one, all lines at once would fill the memory.
struct LogLines<Line: Decodable & PlausibleCounts & Sendable>: ~Copyable {
  /// Lines that are decoded at once, on as many cores as there are.
  private static var batchSize: Int { 512 }

  private var reader: LineReader
  private let decoders: [JSONLineReader]
  private var limit: Int
  /// Decoded lines, the next one last; `nil` for what cannot be read.
  private var batch: [Line?] = []
  /// Complete lines so far that are not of the format, or count what no run counts.
  private(set) var unreadableLineCount = 0
  /// Bytes of a last line that was torn off, once the end is reached.
  private(set) var tornByteCount = 0

  /// - Parameters:
  ///   - limit: bytes at the beginning that are read.
  ///   - lastBytes: bytes at the end that are read.
  init(_ path: String, limit: Int = .max, lastBytes: Int = .max) throws(RecordingError) {
    reader = try LineReader(path, lastBytes: lastBytes)
    self.limit = limit
    let cores = min(8, max(1, ProcessInfo.processInfo.activeProcessorCount))
    decoders = (0..<cores).map { _ in JSONLineReader() }
  }

  /// The next line that can be read; `nil` at the end.
  mutating func next() throws(RecordingError) -> Line? {
    while true {
      if batch.isEmpty { try readBatch() }
      guard let line = batch.popLast() else { return nil }
      if let line { return line }
      unreadableLineCount += 1
    }
  }

  private mutating func readBatch() throws(RecordingError) {
    var lines: [[UInt8]] = []
    while lines.count < Self.batchSize, limit > 0 {
      guard let line = try reader.next() else {
        tornByteCount = reader.tornByteCount
        break
      }
      // A line that the limit cuts is none.
      guard line.count + 1 <= limit else {
        limit = 0
        break
      }
      limit -= line.count + 1
      lines.append(line)
    }
    batch = Self.decoded(lines, decoders).reversed()
  }

  private static func decoded(_ lines: [[UInt8]], _ decoders: [JSONLineReader]) -> [Line?] {
    // Handing a few lines to other threads takes longer than reading them.
    let shares = lines.count < 32 ? 1 : decoders.count
    guard shares > 1 else { return lines.map { Line(line: $0, decoders[0]) } }
    let parts = Mutex<[Int: [Line?]]>([:])
    DispatchQueue.concurrentPerform(iterations: shares) { share in
      let part = lines[lines.count * share / shares..<lines.count * (share + 1) / shares]
        .map { Line(line: $0, decoders[share]) }
      parts.withLock { $0[share] = part }
    }
    return parts.withLock { parts in (0..<shares).flatMap { parts[$0] ?? [] } }
  }

  /// How much of the file has been read, 0 … 1.
  var share: Double {
    get throws(RecordingError) { try reader.share }
  }

  var damage: String? {
    logDamage(unreadableLineCount: unreadableLineCount, tornByteCount: tornByteCount)
  }
}

private func logDamage(unreadableLineCount: Int, tornByteCount: Int) -> String? {
  var parts: [String] = []
  if unreadableLineCount > 0 {
    parts.append("\(counted(unreadableLineCount, "line")) cannot be read")
  }
  if tornByteCount > 0 { parts.append("the last line was torn off and is left out") }
  return parts.isEmpty ? nil : parts.joined(separator: "; ")
}
