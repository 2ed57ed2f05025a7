internal import ArgumentParser
internal import EvaluationCases
internal import FoundationEssentials
internal import LocalFiles

#if canImport(Glibc)
  internal import Glibc
#endif

/// Cases in, results out: the objectives as a pure function, for checks by other programs.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Evaluate objectives on given tokens: JSON from standard input to standard output.",
    discussion: """
      Reads one object {"schema": "maspo-evaluate/1", "cases": [...]} and writes one object with \
      a result for each case; a case that cannot be evaluated gets an error and the rest goes on. \
      A request with one case, of one token:

        \(Self.example)
      """)

  static let example = """
    {"schema":"maspo-evaluate/1","cases":[{"id":"a","kind":"token","objective":"grpo",\
    "params":{"eps_low":0.2,"eps_high":0.2},\
    "inputs":{"old_logp":[-1],"logp":[-0.9],"advantage":[2]}}]}
    """

  /// Bytes of the largest request that is read.
  static let largestRequest = 256 << 20

  func run() throws {
    let response = try EvaluateService.respond(
      to:
        Data(
          SafeFile.contents(of: STDIN_FILENO, path: "standard input", limit: Self.largestRequest)))
    try StandardStreams.writeOutput(response + Data("\n".utf8))
  }
}
