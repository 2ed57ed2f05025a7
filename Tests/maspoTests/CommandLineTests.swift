import Foundation
import Testing

/// What the program says without a terminal.
@Suite(.fewAtATime) struct CommandLineTests {
  @Test func theVersionIsPrinted() throws {
    let run = try FinishedProcess("--version")
    #expect(run.status == 0)
    #expect(run.output.contains(/^\d+\.\d+\.\d+/))
  }

  @Test(arguments: [
    ("train --sigma-base 0", "sigma_base = 0 is", "0 < sigma_base ≤ 1000"),
    ("train --sigma-base -1", "sigma_base = -1 is", "0 < sigma_base ≤ 1000"),
    ("train --sigma-base nan", "sigma_base = nan is", "0 < sigma_base ≤ 1000"),
    ("train --minibatches 0", "minibatches = 0 is", "1 ≤ minibatches ≤ 4096"),
    ("train --epochs 0", "epochs = 0 is", "1 ≤ epochs ≤ 256"),
    ("train --minibatches 4096", "minibatches = 4096 is", "1 … 256, the number of answers"),
    ("train --iterations 0", "iterations = 0 is", "1 … 1000000"),
    ("train --threads 0", "threads = 0 is", "1 … 256"),
    ("train --learning-rate inf", "learning_rate = inf is", "0 ≤ learning_rate ≤ 1"),
    ("train --set sigma_base=0", "sigma_base = 0 is", "0 < sigma_base ≤ 1000"),
    ("train --set nonsense=1", "unknown setting 'nonsense'", "there are: sigma_base"),
    ("train --objective grpo --sigma-base 0.2", "sigma_base", "grpo"),
    ("trian", "there is no command 'trian'; there are", "train"),
    ("trian --seed 3", "there is no command 'trian'; there are", "train"),
    ("train --set dual_clip", "--set dual_clip: expected", "name=number or name=none"),
    ("train --at 0:sigma_base=1", "at = '0:sigma_base=1' cannot", "updates from 1"),
    ("train --at 5", "at = '5' cannot be read", "form UPDATE"),
    ("train --at 5:sigma_base=0", "sigma_base = 0 is", "0 < sigma_base ≤ 1000"),
    ("train --at 5:objective=x", "there is no objective 'x'", "there are: maspo"),
    ("train --task sums", "there is no task 'sums'", "there are: chain"),
    ("train --objective ppo", "there is no objective 'ppo'", "there are: maspo, grpo"),
    ("train --break loss>1", "unknown quantity 'loss'", "kl>0.05"),
    ("watch --break equal_groups>2", "'equal_groups>2' can never hold", "a share from 0 to 1"),
    ("train --preset wild", "there is no preset 'wild'", "steady"),
    ("train --eval-samples 0", "eval-samples = 0 is", "1 … 1024"),
    ("train --task chian", "there is no task 'chian'; there are", "chain"),
    ("train --objective grp", "there is no objective 'grp'; there are", "grpo"),
    ("render --theme nope", "there is no theme 'nope'; there are", "midnight"),
    ("train --heads 3", "heads = 3 is", "a divisor of width 64"),
    ("train --width 7", "width = 7 is", "a multiple of 8"),
    ("train --hidden 0", "hidden = 0 is", "at least 1"),
    ("train --width 100000", "width = 100000 is", "100000000 parameters"),
    ("train --layers 99999", "layers = 99999 is", "100000000 parameters"),
    ("train --hidden 9000000000000000000", "hidden = 9", "100000000 parameters"),
    (
      "render --moment warm-start --out /nonexistent/x", "cannot write to /nonexistent/x", "No such"
    ),
    ("render --moment warm-start --out /tmp", "cannot write to /tmp", "Is a directory"),
    ("train --asymmetry 0.1 --beta-pos 0.5", "--asymmetry and --beta-pos", "exclude each other"),
    ("config --theme nope", "there is no theme 'nope'; there are", "midnight"),
    ("render --width 9 --size foo", "width 9", "size = 'foo'"),
    ("help nope", "there is no command 'nope'; there are", "watch"),
    ("train --samples-per-prompt 1", "samples_per_prompt = 1 is", "2 ≤"),
    ("train --asymmetry -1", "asymmetry = -1 is", "0 ≤ asymmetry"),
    ("train --seed -1", "--seed", "'-1' is invalid"),
    ("watch --pace -3", "pace = -3 is", "or 'full'"),
    ("watch --pace fast", "pace = 'fast' cannot be read", "or 'full'"),
    ("train --checkpoint-seconds -1", "checkpoint-seconds = -1", "0 or more"),
    ("compare --jobs -1", "--jobs -1", "256"),
    ("train --task-file /nonexistent/x", "/nonexistent/x: cannot be read", "no such file"),
    ("watch --task-file /tmp", "/tmp: cannot be read", "it is a folder, not a plain file"),
    ("compare --task-file /dev/null", "/dev/null: cannot be read", "a device"),
    ("train --task add --task-file x", "--task and --task-file exclude each other", "one task"),
    ("compare --shard 0/16", "shard '0/16': expected K/N", "K from 1 to N"),
    ("compare --shard 17/16", "shard '17/16': expected K/N", "such as 3/16"),
    ("compare --shard x", "shard 'x': expected K/N", "N from 1 to 10000"),
    ("compare --format csvcurves", "--format csvcurves: there are", "csv-curves"),
    ("replay x --threads x", "'x' is invalid", "'--threads <threads>'"),
    ("render --size foo", "size = 'foo' cannot be read", "120x40"),
    ("render --size 0x4", "size = 0x4 is out of range", "1 to 1000"),
    ("resume x --checkpoint-seconds -1", "checkpoint-seconds = -1 is", "0 or more"),
    ("resume /etc/passwd", "/etc/passwd is a file", "a run is a folder"),
    ("show /etc", "Error: there is no run in", "in /etc"),
    ("runs nope", "cannot list nope", "No such"),
  ])
  func badInputIsRefusedWithWhatIsAllowed(arguments: String, mistake: String, allowed: String)
    throws
  {
    let run = try FinishedProcess(arguments)
    #expect(run.status != 0)
    #expect(run.output.isEmpty)
    // The usage that may follow names options and values of all kinds.
    let message = try #require(run.errors.split(separator: "Usage:").first)
    #expect(message.contains(mistake) && message.contains(allowed), "\(run.errors)")
    #expect(!run.errors.contains("Fatal"))
  }

  @Test(arguments: ["tasks", "objectives", "presets", "themes"])
  func everyCatalogIsListed(catalog: String) throws {
    let run = try FinishedProcess("list \(catalog)")
    #expect(run.status == 0)
    #expect(run.output.split(separator: "\n").count >= 3)
  }

  @Test(arguments: ["train --iterations 1", "watch --plain --pace full --iterations 1"])
  func aBreakpointEndsARunWithoutAScreenWithAStatusOfItsOwn(command: String) throws {
    let run = try FinishedProcess(
      "\(command) --warm-steps 800 --eval-prompts 4 --no-record --break max_ratio>0.5")
    #expect(run.status == 5, "\(run.errors)")
    let words = run.output + run.errors
    #expect(words.contains("stopped: max_ratio>0.5 holds: largest ratio ρ 1"))
  }

  @Test func withoutATerminalTheDashboardNamesTrain() throws {
    for environment in [["TERM": "xterm-256color"], ["TERM": ""]] {
      let run = try FinishedProcess("", environment: environment)
      #expect(run.status != 0)
      #expect(run.errors.contains("maspo train"))
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func evaluateAnswersEachCaseAndGoesOnAfterABadOne() throws {
    let request = """
      {"schema":"maspo-evaluate/1","cases":[
      {"id":"a","kind":"token","objective":"grpo","params":{"eps_low":0.2,"eps_high":0.2,"dual_clip":null},
       "inputs":{"old_logp":[-1],"logp":[-1],"advantage":[2]}},
      {"id":"b","kind":"token","objective":"grpo","params":{"nonsense":1},
       "inputs":{"old_logp":[-1],"logp":[-1],"advantage":[2]}}]}
      """
    let run = try FinishedProcess("evaluate", input: request)
    #expect(run.status == 0)
    #expect(run.output.contains("\"grad\":[-2"))
    #expect(run.output.contains("nonsense"))
    let broken = try FinishedProcess("evaluate", input: "{")
    #expect(broken.status != 0)
    #expect(broken.errors.contains("it is not JSON from line 1, column 2 on"))
    #expect(
      try FinishedProcess("evaluate").errors.contains("the request is malformed: it is empty"))
    let help = try FinishedProcess("evaluate --help").output
    let example = try #require(help.split(separator: "\n").first { $0.hasPrefix("{\"schema\"") })
    let answer = try FinishedProcess("evaluate", input: String(example)).output
    #expect(answer.contains("\"outputs\":{") && !answer.contains("error"), "\(answer)")
  }

  @Test func trainingPrintsOneObjectPerIterationAndASummary() throws {
    let options = "train --warm-steps 800 --eval-prompts 4 --preset steady --iterations 2 --json"
    let run = try FinishedProcess(options + " --quiet")
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    let lines = try run.output.split(separator: "\n").map {
      try #require(
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(lines.compactMap { $0["iteration"] as? Int } == [0, 1, 2])
    let summary = try #require(lines.last)
    for key in [
      "iterations", "avg_at_k", "pass_at_k", "wall_seconds", "rollout_tokens", "weights_digest",
    ] {
      #expect(summary[key] != nil, "no \(key)")
    }
    #expect(try FinishedProcess(options + " --quiet --seed 2").output.contains("weights_digest"))
  }
}
