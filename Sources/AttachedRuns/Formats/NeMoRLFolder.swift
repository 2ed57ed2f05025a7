internal import FoundationEssentials
internal import LocalFiles

/// What NeMo-RL's GRPO logs by itself: `train_data_stepN.jsonl`, an object for each answer.
///
/// It has log-probabilities of the sampler and of the trainer before the update, none of during it:
/// the ratios are those of a first update, 1.
struct NeMoRLFolder: AttachedFormat {
  static let sign = "train_data_step*.jsonl"

  private let path: String
  private var lines = StepLines()
  private(set) var faults: [String] = []
  private var lastStep = 0
  private var hasBegun = false
  /// Bytes of the newest file when it was last looked at: it is whole when they stay the same.
  private var sizes: [Int: Int] = [:]

  init(path: String, from start: ReadingStart) { self.path = path }

  static func recognizes(_ names: [String], in folder: String) -> Bool {
    names.contains { step(of: $0) != nil }
  }

  var damagedCount: Int { lines.damagedCount }

  private struct Line: Decodable {
    var tokenIds: [UInt32]?
    var tokenLossMask: [Double]?
    var sampleLossMask: Double?
    var advantages: [Double?]?
    var generationLogprobs: [Double?]?
    var prevLogprobs: [Double?]?
    var rewards: Double?
    var inputLengths: Int?
  }

  mutating func poll(
    isFinal: Bool, restarted: () -> Void, take: (StreamRecord, Int) -> Bool
  ) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let steps = names.compactMap(Self.step).filter { $0 > lastStep }.sorted()
    for (index, step) in steps.enumerated() {
      let file = "\(path)/train_data_step\(step).jsonl"
      let isNewest = index == steps.count - 1
      guard !isNewest || isFinal || isWhole(file, step) else { return }
      lastStep = step
      sizes[step] = nil
      do {
        let answers = try lines.read(file, as: Line.self, Self.answer)
        if !hasBegun {
          _ = take(.run(RunWords(trainer: "NeMo-RL", world: 1, old: "unseen")), 0)
          hasBegun = true
        }
        for record in lines.records(of: answers, step: step, old: "unseen") { _ = take(record, 0) }
        guard take(.step(StepWords(step: step)), 0) else { return }
      } catch {
        faults.append("\(error)")
      }
    }
  }

  private mutating func isWhole(_ file: String, _ step: Int) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: file)
    let size = (attributes?[.size] as? Int) ?? 0
    defer { sizes[step] = size }
    return sizes[step] == size && size > 0
  }

  private static func answer(_ line: Line) -> StepLines.Answer? {
    guard let ids = line.tokenIds, let mask = line.tokenLossMask, let old = line.prevLogprobs,
      let advantages = line.advantages
    else { return nil }
    // Answers are padded to the longest of the step.
    let length = min(max(0, line.inputLengths ?? ids.count), ids.count)
    let enters = (line.sampleLossMask ?? 1) != 0
    guard mask.count >= length, old.count >= length else { return nil }
    func cut(_ column: [Double?]) -> [Double?] { Array(column.prefix(length)) }
    return StepLines.Answer(
      ids: Array(ids.prefix(length)), mask: mask.prefix(length).map { $0 != 0 && enters },
      // One for the answer, or one for each token.
      advantages: advantages.count == 1
        ? Array(repeating: advantages[0], count: length) : cut(advantages),
      old: cut(old), sampler: line.generationLogprobs.map(cut), reward: line.rewards)
  }

  private static func step(of name: String) -> Int? {
    guard name.hasPrefix("train_data_step"), name.hasSuffix(".jsonl") else { return nil }
    let digits = name.dropFirst("train_data_step".count).dropLast(".jsonl".count)
    guard (1...9).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return nil
    }
    return Int(digits)
  }
}
