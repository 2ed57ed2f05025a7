internal import FoundationEssentials
internal import LocalFiles

/// What prime-rl writes with `trainer.enable_token_export`: `token_exports/step_N/rank_R.jsonl`,
/// schema 1, finished where a file `STABLE` stands.
///
/// Its ratios are of the trainer's policy to the sampler's, so the sampler's log-probabilities are
/// π_old. Numbers that are not finite are null.
struct PrimeRLFolder: AttachedFormat {
  static let sign = "token_exports/step_*/rank_*.jsonl"

  private let path: String
  private var lines = StepLines()
  private(set) var faults: [String] = []
  private var lastStep = -1
  private var hasBegun = false

  init(path: String, from start: ReadingStart) {
    self.path = path.hasSuffix("token_exports") ? path : path + "/token_exports"
  }

  static func recognizes(_ names: [String], in folder: String) -> Bool {
    names.contains("token_exports")
      || folder.hasSuffix("token_exports") && names.contains { step(of: $0) != nil }
  }

  var damagedCount: Int { lines.damagedCount }

  private struct Line: Decodable {
    var schemaVersion: Int?
    var microStep: Int?
    var tokenIds: [UInt32]?
    var lossMask: [Bool]?
    var advantages: [Double?]?
    var rewards: [Double?]?
    var inferenceLogprobs: [Double?]?
    var trainerLogprobs: [Double?]?
    var entropy: [Double?]?
  }

  mutating func poll(
    isFinal: Bool, restarted: () -> Void, take: (StreamRecord, Int) -> Bool
  ) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    for step in names.compactMap(Self.step).filter({ $0 > lastStep }).sorted() {
      let folder = "\(path)/step_\(step)"
      let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      guard files.contains("STABLE") || isFinal else { return }
      lastStep = step
      var answers: [StepLines.Answer] = []
      for file in files.sorted() where file.hasPrefix("rank_") && file.hasSuffix(".jsonl") {
        do {
          answers += try lines.read("\(folder)/\(file)", as: Line.self, Self.answer)
        } catch { faults.append("\(error)") }
      }
      if !hasBegun {
        _ = take(.run(RunWords(trainer: "prime-rl", world: 1, old: "rollout")), 0)
        hasBegun = true
      }
      // Its steps count from 0.
      for record in lines.records(of: answers, step: step + 1, old: "rollout") {
        _ = take(record, 0)
      }
      guard take(.step(StepWords(step: step + 1)), 0) else { return }
    }
  }

  private static func answer(_ line: Line) -> StepLines.Answer? {
    guard line.schemaVersion == 1, let ids = line.tokenIds, let mask = line.lossMask,
      let advantages = line.advantages, let old = line.inferenceLogprobs,
      let new = line.trainerLogprobs
    else { return nil }
    let reward = zip(line.rewards ?? [], mask).first { $0 != nil && $1 }?.0
    return StepLines.Answer(
      ids: ids, mask: mask, advantages: advantages, old: old, new: new,
      entropies: line.entropy, reward: reward)
  }

  private static func step(of name: String) -> Int? {
    guard name.hasPrefix("step_") else { return nil }
    let digits = name.dropFirst("step_".count)
    guard (1...9).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return nil
    }
    return Int(digits)
  }
}
