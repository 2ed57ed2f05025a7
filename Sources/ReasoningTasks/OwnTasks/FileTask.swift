internal import LocalFiles
public import RepeatableRandom

/// A task of the user's own: prompts and answers out of a file, compared byte by byte.
///
/// Equal content is an equal task, whatever the file is called and however its JSON is spaced.
public struct FileTask: ReasoningTask {
  public let info: TaskInfo
  public let vocabulary: Vocabulary
  /// Where the task was read.
  public let file: String
  /// The content as JSON Lines of one form; reading it gives the same task.
  public let encoded: [UInt8]
  /// A hash of `encoded`: 16 lower-case hexadecimal digits.
  public let digest: String
  public let promptLength: Int
  public let maximumResponseLength: Int
  public let demonstratedRightShare: Double?
  private let items: [TaskItem]
  private let places: [String: Int]
  /// Places of the prompts of each split, in the file's order.
  private let training: [Int]
  private let heldOut: [Int]
  private let heldOutPlaces: Set<Int>

  public var identity: String { "file \(digest)" }
  public var parameterDigest: String { "file v1 \(digest)" }
  public var promptCount: Int { items.count }
  public var heldOutCount: Int { heldOut.count }

  /// Reads a file that a person named.
  ///
  /// - Parameter name: what the task is called; `nil` takes the file's name.
  /// - Throws: `TaskFileError` naming file, line, field, value and what is allowed.
  public init(file path: String, name: String? = nil) throws(TaskFileError) {
    let bytes: [UInt8]
    do {
      bytes = try SafeFile.plainContents(of: path, limit: TaskFileLimits.bytes)
    } catch {
      throw .unreadable(file: path.harmlessLine, reason: error.reason)
    }
    try self.init(bytes, file: path, name: name)
  }

  /// - Throws: `TaskFileError` naming file, line, field, value and what is allowed.
  public init(_ bytes: [UInt8], file path: String, name: String? = nil) throws(TaskFileError) {
    let shown = path.harmlessLine
    let reader = try TaskFileReader(bytes, file: shown)
    let items = reader.items
    guard let first = items.first, items.count > 1 else {
      throw .noTask(
        file: shown,
        reason: items.isEmpty
          ? "it is empty; a task needs at least two prompts, one to train on and one held out"
          : "it has one prompt; a task needs at least two, one to train on and one held out")
    }
    let demonstrations = items.reduce(0) { $0 + $1.demonstrations.count }
    let right = items.reduce(0) { sum, item in
      sum + item.demonstrations.count { $0.isIdentical(to: item.answer) }
    }
    guard right > 0 else {
      throw .noTask(
        file: shown,
        reason: "none of its \(demonstrations) demonstrations is the answer; a policy that is "
          + "never right is never rewarded")
    }
    self.items = items
    file = path
    encoded = items.flatMap { JSONText.encode($0, keys: .exact) + [UInt8(ascii: "\n")] }
    digest = FNV1a(encoded).digits
    demonstratedRightShare = Double(right) / Double(demonstrations)
    vocabulary = Self.vocabulary(of: items)
    promptLength = 1 + Self.longest(items.map(\.prompt))
    maximumResponseLength = 1 + Self.longest(items.map(\.answer) + items.flatMap(\.demonstrations))
    places = Dictionary(uniqueKeysWithValues: zip(items.map(\.prompt), items.indices))
    let heldOut = Self.heldOutPlaces(items)
    heldOutPlaces = heldOut
    self.heldOut = heldOut.sorted()
    training = items.indices.filter { !heldOut.contains($0) }
    let name = name ?? Self.name(of: path)
    info = TaskInfo(
      name: name, title: name,
      summary: "\(items.count) prompts of \(shown), \(heldOut.count) of them held out.",
      explanation: """
        A task out of a file. The base policy has learned from its demonstrations, of which \
        \(right) of \(demonstrations) are right. An answer is right if it is the file's, \
        character for character.
        """,
      examplePrompt: first.prompt, exampleAnswer: first.answer)
  }

  public func drawPrompt(using generator: inout RepeatableGenerator) -> String {
    items[generator.integer(below: items.count)].prompt
  }

  /// Goes through the prompts of the split in an order of its own before any comes again.
  public func prompt(_ index: Int, split: Split, seed: SeedPath) -> String {
    let places = split == .heldOut ? heldOut : training
    let pass = seed.appending("order").appending(split.rawValue).appending(index / places.count)
    return items[places[Self.place(index % places.count, of: places.count, pass)]].prompt
  }

  public func splitKey(of prompt: String) -> String { prompt }

  public func split(of prompt: String) -> Split {
    places[prompt].map(heldOutPlaces.contains) == true ? .heldOut : .training
  }

  public func demonstration(
    for prompt: String, using generator: inout RepeatableGenerator
  ) -> String {
    generator.element(of: item(prompt).demonstrations)
  }

  public func verify(response: String, to prompt: String) -> Double {
    response.isIdentical(to: item(prompt).answer) ? 1 : 0
  }

  public func solution(of prompt: String) -> String { item(prompt).answer }

  public var promptForm: String {
    let name = String(file.split(separator: "/").last ?? "the file").harmlessLine
    return "one of the \(items.count) prompts of \(name), whose answers are known"
  }

  public func validatePrompt(_ prompt: String) throws(TaskError) {
    if let place = places[prompt], items[place].prompt.isIdentical(to: prompt) { return }
    throw .invalidPrompt(
      task: info.name, prompt: prompt,
      reason: "it is none of the \(items.count) prompts of the file; one is \(info.examplePrompt)")
  }
}

extension FileTask {
  private func item(_ prompt: String) -> TaskItem {
    guard let place = places[prompt] else { preconditionFailure("\(prompt) is no prompt") }
    return items[place]
  }

  private static func longest(_ texts: [String]) -> Int {
    texts.reduce(0) { max($0, $1.unicodeScalars.count) }
  }

  /// The characters that occur, by their numbers.
  private static func vocabulary(of items: [TaskItem]) -> Vocabulary {
    var found: Set<Unicode.Scalar> = []
    for item in items {
      for text in [item.prompt, item.answer] + item.demonstrations {
        found.formUnion(text.unicodeScalars)
      }
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: found.sorted())
    return Vocabulary(characters: String(text))
  }

  /// A tenth of the prompts by their hash alone, so that adding lines moves none; at least one, and
  /// not all.
  private static func heldOutPlaces(_ items: [TaskItem]) -> Set<Int> {
    let hashes = items.map { item in
      SeedPath(0).appending("split").appending("file").appending(item.prompt).value
    }
    let chosen = items.indices.filter { hashes[$0] % 10 == 0 }
    guard !chosen.isEmpty, chosen.count < items.count else {
      return Set(items.indices.min { hashes[$0] < hashes[$1] }.map { [$0] } ?? [])
    }
    return Set(chosen)
  }

  /// Where `index` stands in an order of 0 ..< `count` that `seed` names: a Feistel network over
  /// the next power of four, walked until it falls into the range.
  private static func place(_ index: Int, of count: Int, _ seed: SeedPath) -> Int {
    var half = 1
    while 1 << (2 * half) < count { half += 1 }
    let mask = (1 << half) - 1
    var place = index
    repeat {
      var (left, right) = (place >> half, place & mask)
      for round in 0..<4 {
        let hash = seed.appending(round).appending(right).value
        (left, right) = (right, left ^ Int(truncatingIfNeeded: hash >> 20) & mask)
      }
      place = left << half | right
    } while place >= count
    return place
  }

  /// The file's name without its ending, of what a folder's name may hold; another one for the name
  /// of a task of the catalog.
  private static func name(of path: String) -> String {
    let last = path.split(separator: "/").last ?? "task"
    let stem = last.lastIndex(of: ".").map { last[..<$0] } ?? last
    let plain = stem.prefix(40).map { character in
      character.isASCII && (character.isLetter || character.isNumber || "-_".contains(character))
        ? character : "-"
    }
    let name = plain.contains { $0 != "-" } ? String(plain) : "task"
    return TaskCatalog.names.contains(name) ? name + "-file" : name
  }
}
