import Foundation
import ReasoningTasks
import RepeatableRandom
import Testing

@Suite struct FileTaskTests {
  private static func task(_ text: String, file: String = "a/letters.jsonl") throws -> FileTask {
    try FileTask(Array(text.utf8), file: file)
  }

  private static func line(_ prompt: String, _ answer: String, _ demonstrations: [String]? = nil)
    -> String
  {
    let list = demonstrations.map {
      ",\"demonstrations\":[\($0.map { "\"\($0)\"" }.joined(separator: ","))]"
    }
    return "{\"prompt\":\"\(prompt)\",\"answer\":\"\(answer)\"\(list ?? "")}\n"
  }

  private static func lines(_ range: Range<Int>) -> String {
    range.map { line("p\($0)", "a\($0)", ["a\($0)", "b\($0)"]) }.joined()
  }

  /// One mistake each, in the second line of the file: what the message names.
  @Test(arguments: [
    (#"{"prompt":"b"}"#, "answer is missing", "a text of 1 to 255 characters"),
    (#"{"answer":"b"}"#, "prompt is missing", "a text of 1 to 255 characters"),
    (#"{"prompt":"","answer":"b"}"#, "prompt is empty", "a text of 1 to 255"),
    (#"{"prompt":"b","answer":7}"#, "answer is 7", "a text of 1 to 255"),
    (#"{"prompt":"b","answer":null}"#, "answer is null", "a text of 1 to 255"),
    (#"{"prompt":["b"],"answer":"c"}"#, "prompt is a list of 1", "a text of 1 to 255"),
    (#"{"prompt":"b","answer":{}}"#, "answer is an object", "a text of 1 to 255"),
    (
      #"{"prompt":"b","answer":"c","demonstrations":"d"}"#, "demonstrations is 'd'", "list of texts"
    ),
    (
      #"{"prompt":"b","answer":"c","demonstrations":["d",true]}"#, "demonstrations[1] is true",
      "a text of 1 to 255"
    ),
    (
      #"{"prompt":"b","answer":"c","demonstrations":["d",""]}"#, "demonstrations[1] is empty",
      "a text of 1 to 255"
    ),
    (#"{"prompt":"b","answer":"c","demos":["d"]}"#, "the field 'demos'", "prompt, answer, demo"),
    (#"{"prompt":"a","answer":"a"}"#, "prompt is 'a', that of line 1;", "each prompt once"),
    (#"{"prompt":"a","answer":"c"}"#, "that of line 1, with another answer, 'c'", "each prompt"),
    (#"{"prompt":"b\u0000","answer":"c"}"#, "a text with U+0000", "no control characters"),
    (#"{"prompt":"b","answer":"c\n"}"#, "answer is a text with U+000A", "line breaks"),
    (#"{"prompt":"b","answer":"c\u0301"}"#, "answer is a text with U+0301", "combining"),
    (#"{"prompt":"b\u202e","answer":"c"}"#, "prompt is a text with U+202E", "direction marks"),
    (#"{"prompt":"b","answer":"\u00a0"}"#, "answer is a text with U+00A0", "blank but the space"),
    (#"{"prompt":"b","answer":"\ud800"}"#, #"{"prompt""#, "JSON, an object"),
    (#"{"prompt":"b","answer":"c""#, #"{"prompt":"b""#, "JSON, an object {\"prompt\""),
    (#"["b","c"]"#, #"["b","c"]"#, "JSON, an object"), ("prompt,answer", "prompt,answer", "JSON"),
    ("\u{0}", #"\u0000"#, "JSON, an object"),
    (String(repeating: "[", count: 5_000), "[[[", "JSON, an object"),
  ])
  func mistakesNameLineFieldValueAndWhatIsAllowed(
    text: String, mistake: String, allowed: String
  ) throws {
    let error = #expect(throws: TaskFileError.self) {
      try Self.task(Self.line("a", "a") + text + "\n" + Self.line("z", "z"))
    }
    let words = try #require(error).description
    #expect(words.hasPrefix("a/letters.jsonl, line 2: "), "\(words)")
    #expect(words.contains(mistake) && words.contains("; allowed: "), "\(words)")
    #expect(words.split(separator: "; allowed: ").last?.contains(allowed) == true, "\(words)")
    #expect(words.utf8.count < 600)
    #expect(!words.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
  }

  @Test func lengthsAndCountsHaveLimits() throws {
    let long = String(repeating: "x", count: 255)
    let task = try Self.task(Self.line(long, long) + Self.line("b", "b"))
    #expect(task.promptLength == 256 && task.maximumResponseLength == 256)
    for (text, words) in [
      (Self.line(long + "x", "b"), "of 256 characters"),
      (Self.line("b", long + "x"), "of 256 characters"),
      (Self.line("b", "c", Array(repeating: "d", count: 65)), "a list of 65; allowed: at most 64"),
    ] {
      let error = #expect(throws: TaskFileError.self) {
        try Self.task(Self.line("a", "a") + text)
      }
      #expect(error?.description.contains(words) == true, "\(words)")
      _ = error
    }
    // 253 characters are allowed, with the two of "a" and ">" no more.
    let many = (0..<254).compactMap { UnicodeScalar(0x4E00 + $0) }.map { String($0) }
    let good = many.prefix(253).map { Self.line($0, $0) }.joined()
    #expect(try Self.task(good).vocabulary.size == 256)
    #expect(throws: TaskFileError.self) { try Self.task(good + Self.line(many[253], many[0])) }
  }

  @Test(arguments: [
    ("", "it is empty; a task needs at least two prompts"), ("\n \n\r\n", "it is empty"),
    (line("a", "b"), "it has one prompt; a task needs at least two"),
    (line("a", "b", ["c"]) + line("d", "e", ["f", "g"]), "none of its 3 demonstrations"),
  ])
  func whatIsNoTaskIsRefused(text: String, reason: String) throws {
    let error = #expect(throws: TaskFileError.self) { try Self.task(text) }
    #expect(error?.description.hasPrefix("a/letters.jsonl: \(reason)") == true)
  }

  @Test func bytesThatAreNoTextAreRefused() throws {
    let bytes = Array(Self.line("a", "b").utf8) + [0x7B, 0xFF, 0xFE, 0x7D, 0x0A]
    let error = #expect(throws: TaskFileError.self) { try FileTask(bytes, file: "x") }
    #expect(error?.description.hasPrefix("x, line 2: not UTF-8") == true)
    // A mark of the byte order and the line ends of Windows are no mistakes.
    let foreign = [0xEF, 0xBB, 0xBF] + Self.lines(0..<3).replacing("\n", with: "\r\n").utf8
    #expect(try FileTask(foreign, file: "x").encoded == Self.task(Self.lines(0..<3)).encoded)
  }

  /// Nothing that is no file is waited for or read without an end.
  @Test(.timeLimit(.minutes(1))) func onlyFilesAreRead() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-task-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(mkfifo(folder + "/fifo", 0o600) == 0)
    let text = Self.lines(0..<20)
    try text.write(toFile: folder + "/file", atomically: true, encoding: .utf8)
    #expect(symlink("file", folder + "/link") == 0)
    #expect(truncate(folder + "/file", 0) == 0)
    try text.write(toFile: folder + "/file", atomically: false, encoding: .utf8)
    #expect(FileManager.default.createFile(atPath: folder + "/large", contents: nil))
    #expect(truncate(folder + "/large", 17 << 20) == 0)
    for (name, words) in [
      ("fifo", "a FIFO, not a plain file"), ("none", "no such file"),
      ("large", "more than 16777216 bytes"), (".", "it is a folder"),
    ] {
      let error = #expect(throws: TaskFileError.self) {
        try FileTask(file: "\(folder)/\(name)")
      }
      #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
    for device in ["/dev/zero", "/dev/stdin"] {
      #expect(throws: TaskFileError.self) { try FileTask(file: device) }
    }
    #expect(try FileTask(file: folder + "/link").promptCount == 20)
  }

  /// Content makes the task, not its name nor how its JSON is written.
  @Test func equalContentIsAnEqualTask() throws {
    let plain = try Self.task(Self.line("a\u{e9}", "b", ["b", "c"]) + Self.line("c", "d"))
    let other = try Self.task(
      #"{ "demonstrations": ["b", "c"], "answer": "b", "prompt": "a\u00e9" }"# + "\n\n"
        + #"{"prompt":"c","answer":"d","demonstrations":[]}"#, file: "/tmp/x.y.txt")
    #expect(plain.encoded == other.encoded && plain.digest == other.digest)
    #expect(plain.parameterDigest == other.parameterDigest && plain.identity == other.identity)
    #expect(plain.parameterDigest.contains(plain.digest))
    #expect(plain.info.name == "letters" && other.info.name == "x-y")
    #expect(try FileTask(plain.encoded, file: "z").digest == plain.digest)
    for text in [
      Self.line("aé", "b", ["b", "d"]) + Self.line("c", "d"),
      Self.line("c", "d") + Self.line("aé", "b", ["b", "c"]),
    ] {
      #expect(try Self.task(text).digest != plain.digest)
    }
    for (path, name) in [
      ("chain.jsonl", "chain-file"), ("..", "task"), ("/a/b/Ä:ö 1.json", "----1"), ("", "task"),
    ] {
      #expect(try Self.task(Self.lines(0..<2), file: path).info.name == name)
    }
  }

  /// A tenth is held out by the prompt alone: further lines move none.
  @Test func theSplitStaysAsTheFileGrows() throws {
    let short = try Self.task(Self.lines(0..<300))
    let long = try Self.task(Self.lines(0..<1_000), file: "other.jsonl")
    for index in 0..<300 { #expect(short.split(of: "p\(index)") == long.split(of: "p\(index)")) }
    #expect((70...130).contains(long.heldOutCount))
    let two = try Self.task(Self.lines(0..<2))
    #expect(two.heldOutCount == 1)
  }

  /// Every prompt of a split comes once before any comes again, in another order each time.
  @Test(arguments: [2, 3, 40, 333])
  func promptsComeInTurn(count: Int) throws {
    let task = try Self.task(Self.lines(0..<count))
    let seed = SeedPath(5)
    for split in Split.allCases {
      let size = split == .heldOut ? task.heldOutCount : count - task.heldOutCount
      let passes = (0..<2).map { pass in
        (0..<size).map { task.prompt(pass * size + $0, split: split, seed: seed) }
      }
      for pass in passes {
        #expect(Set(pass).count == size && pass.allSatisfy { task.split(of: $0) == split })
      }
      if size > 10 {
        #expect(passes[0] != passes[1] && passes[0] != passes[0].sorted())
        #expect(zip(passes[0], passes[1]).filter { $0 == $1 }.count < size / 4)
      }
    }
  }

  @Test func answersAreComparedByteByByte() throws {
    let task = try Self.task(Self.line("x", "\u{e9};") + Self.line("y", "b", ["b", "b", "c"]))
    #expect(task.verify(response: "\u{e9};", to: "x") == 1)
    for wrong in ["e\u{301};", "\u{e9}\u{37e}", "\u{e9};;", "", "b"] {
      #expect(task.verify(response: wrong, to: "x") == 0)
    }
    let tokens = task.vocabulary.encode(response: "b")
    #expect(task.reward(responseTokens: tokens, to: "y") == 1)
    #expect(task.reward(responseTokens: tokens.dropLast(), to: "y") == 0)
    #expect(task.demonstratedRightShare == 0.75)
    var generator = RepeatableGenerator(seed: 1)
    let drawn = (0..<300).map { _ in task.demonstration(for: "y", using: &generator) }
    #expect((150...250).contains(drawn.count { $0 == "b" }) && Set(drawn) == ["b", "c"])
  }

  @Test func promptsThatAreNotInTheFileAreRefused() throws {
    let task = try Self.task(Self.line("\u{c5}", "b") + Self.line("c", "d"))
    try task.validatePrompt("\u{c5}")
    for prompt in ["", "cc", "\u{212b}"] {
      #expect(throws: TaskError.self) { try task.validatePrompt(prompt) }
    }
  }
}
