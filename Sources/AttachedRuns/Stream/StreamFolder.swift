internal import FoundationEssentials
internal import LocalFiles

/// The segments of a probe's folder, read rank by rank as they grow.
///
/// Segments may vanish, ranks may come late, and a newer attempt takes the place of the one before:
/// all of that is normal.
struct StreamFolder: AttachedFormat {
  static let sign = "rank-*.msp"

  let path: String
  /// The attempt that is read; 0 before there is one.
  private(set) var attempt = 0
  /// Frames that could not be read, and records that contradict themselves.
  private(set) var damagedCount = 0
  /// What could not be read at all, each once.
  private(set) var faults: [String] = []

  private var ranks: [Int: [Segment]] = [:]

  private struct Segment {
    let number: Int
    var file: FrameFile
    var isOver = false
  }

  /// Segments of a rank that are read at first: a step's rollout may be in the one before its own.
  private static let newestSegments = 2

  private let start: ReadingStart
  /// Whether there are older segments that were left aside.
  private(set) var hasSkipped = false

  init(path: String, from start: ReadingStart) {
    self.path = path
    self.start = start
  }

  static func recognizes(_ names: [String], in folder: String) -> Bool {
    names.contains { Name($0) != nil }
  }

  var rankNumbers: [Int] { ranks.keys.sorted() }

  /// Looks for new files and reads what they hold; ranks take turns, a step each, so that no more
  /// than a step of each is on its way.
  ///
  /// - Parameters:
  ///   - isFinal: whether nothing more will come.
  ///   - restarted: called where a newer attempt takes over.
  ///   - take: takes the records of a rank in their order; `false` leaves the rest for later.
  mutating func poll(
    isFinal: Bool, restarted: () -> Void, take: (StreamRecord, Int) -> Bool
  ) {
    if look() { restarted() }
    var advances = true
    var goesOn = true
    while advances, goesOn {
      advances = false
      for rank in rankNumbers {
        let hasEnded = readStep(of: rank, isFinal: isFinal) { goesOn = take($0, $1) && goesOn }
        advances = advances || hasEnded
      }
    }
  }

  /// Finds segments.
  ///
  /// - Returns: whether there is a newer attempt.
  private mutating func look() -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let found = names.compactMap(Name.init)
    guard let newest = found.map(\.attempt).max(), newest >= attempt else { return false }
    let isNewer = newest > attempt
    if isNewer { (attempt, ranks) = (newest, [:]) }
    let first = isNewer && start == .newest
    defer { if first { skipOlder() } }
    for name in found.filter({ $0.attempt == attempt }).sorted(by: { $0.segment < $1.segment })
    where ranks[name.rank]?.contains(where: { $0.number == name.segment }) != true {
      ranks[name.rank, default: []].append(
        Segment(number: name.segment, file: FrameFile(path: path + "/" + name.text)))
    }
    return isNewer
  }

  private mutating func skipOlder() {
    for (rank, segments) in ranks where segments.count > Self.newestSegments {
      hasSkipped = true
      for index in segments.indices.dropLast(Self.newestSegments) {
        ranks[rank]?[index].isOver = true
      }
    }
  }

  /// Reads up to the end of a step.
  ///
  /// - Returns: whether a step ended, so that there may be more.
  private mutating func readStep(
    of rank: Int, isFinal: Bool, _ take: (StreamRecord, Int) -> Void
  ) -> Bool {
    guard var segments = ranks[rank] else { return false }
    defer { ranks[rank] = segments }
    for index in segments.indices where !segments[index].isOver {
      let isLast = index == segments.count - 1
      let damagedBefore = segments[index].file.damagedCount
      var hasEnded = false
      var faulty = 0
      do {
        try segments[index].file.read(isFinal: isFinal || !isLast) { payload in
          do {
            let record = try StreamRecord(payload)
            take(record, rank)
            if case .step = record { hasEnded = true }
          } catch { faulty += 1 }
          return !hasEnded
        }
      } catch FileError.system(_, _, let code) where code == 2 {
        // The probe deletes its oldest segments.
        segments[index].isOver = true
      } catch {
        segments[index].isOver = true
        faults.append("\(error)")
      }
      damagedCount += segments[index].file.damagedCount - damagedBefore + faulty
      if hasEnded { return true }
      if !isLast { segments[index].isOver = true }
    }
    return false
  }

  /// `rank-00000.0001.000000.msp`.
  private struct Name {
    let rank: Int
    let attempt: Int
    let segment: Int
    let text: String

    init?(_ text: String) {
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 4, parts[3] == "msp", parts[0].hasPrefix("rank-"),
        let rank = Self.number(parts[0].dropFirst(5)), let attempt = Self.number(parts[1]),
        let segment = Self.number(parts[2])
      else { return nil }
      (self.rank, self.attempt, self.segment, self.text) = (rank, attempt, segment, text)
    }

    private static func number(_ digits: Substring) -> Int? {
      guard (1...9).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber })
      else { return nil }
      return Int(digits)
    }
  }
}
