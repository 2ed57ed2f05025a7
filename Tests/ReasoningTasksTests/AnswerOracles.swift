import ReasoningTasks
import RepeatableRandom

/// All texts one substitution, deletion or insertion away, over the vocabulary's characters.
func singleEdits(of text: String) -> Set<String> {
  let original = Array(text)
  var edits: Set<String> = []
  for position in 0...original.count {
    let (head, tail) = (original[..<position], original[position...])
    if !tail.isEmpty { edits.insert(String(head + tail.dropFirst())) }
    for character in Vocabulary.arithmetic.characters.map(Character.init) {
      edits.insert(String(head + [character] + tail))
      if !tail.isEmpty { edits.insert(String(head + [character] + tail.dropFirst())) }
    }
  }
  return edits
}

/// The share of demonstrations that verify.
func rightRate(of task: some ReasoningTask, prompts: Int) -> Double {
  var generator = RepeatableGenerator(seed: 7)
  let right = (0..<prompts).reduce(0) { sum, index in
    let prompt = task.prompt(index, split: .training, seed: SeedPath(8))
    return sum
      + task.verify(response: task.demonstration(for: prompt, using: &generator), to: prompt)
  }
  return right / Double(prompts)
}

/// Every sequence of legal steps on three numbers, by its last result: written without the
/// task's own search, as two nested choices.
func threeNumberAnswers(_ numbers: [Int]) -> [Int: Set<String>] {
  func combinations(_ a: Int, _ b: Int) -> [(text: String, result: Int)] {
    var found = [("\(a)+\(b)=\(a + b)", a + b), ("\(b)+\(a)=\(a + b)", a + b)]
    if a >= b { found.append(("\(a)-\(b)=\(a - b)", a - b)) }
    if b >= a { found.append(("\(b)-\(a)=\(b - a)", b - a)) }
    return found
  }
  var answers: [Int: Set<String>] = [:]
  for left in 0..<3 {
    let (a, b, c) = (numbers[(left + 1) % 3], numbers[(left + 2) % 3], numbers[left])
    for first in combinations(a, b) {
      for second in combinations(first.result, c) {
        answers[second.result, default: []].insert(first.text + ";" + second.text)
      }
    }
  }
  return answers
}
