internal import FoundationEssentials

/// A way in which a trainer leaves its steps in a folder. Each is recognized by what is there.
///
/// A new format is one conforming type and one line in `AttachedFormats`.
protocol AttachedFormat: Sendable {
  /// What a person would look for in the folder.
  static var sign: String { get }

  /// Whether a folder with these entries is of this format.
  static func recognizes(_ names: [String], in folder: String) -> Bool

  /// - Parameter start: what it reads first, where it can choose.
  init(path: String, from start: ReadingStart)

  /// Whether older steps were left aside.
  var hasSkipped: Bool { get }
  /// Records that could not be read.
  var damagedCount: Int { get }
  /// What could not be read at all, each once.
  var faults: [String] { get }

  /// Looks for new files and reads what they hold.
  ///
  /// - Parameters:
  ///   - isFinal: whether nothing more will come.
  ///   - restarted: called where a newer attempt takes over.
  ///   - take: takes the records of a rank in their order; `false` leaves the rest for later.
  mutating func poll(
    isFinal: Bool, restarted: () -> Void, take: (StreamRecord, Int) -> Bool)
}

extension AttachedFormat {
  var hasSkipped: Bool { false }
}

/// Where reading a folder begins.
enum ReadingStart: Sendable {
  case beginning
  /// The newest files, so that the newest steps are known at once.
  case newest
}

enum AttachedFormats {
  static var all: [any AttachedFormat.Type] {
    [StreamFolder.self, NeMoRLFolder.self, PrimeRLFolder.self]
  }

  /// The format of a folder; `nil` while there is nothing that one recognizes.
  static func format(of folder: String, from start: ReadingStart) -> (any AttachedFormat)? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return all.first { $0.recognizes(names, in: folder) }?.init(path: folder, from: start)
  }
}
