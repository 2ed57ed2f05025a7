import Testing

/// A fork in the dashboard, as a person sees it: asked for, watched, taken or forgotten.
@Suite("Forks in a terminal", .serialized, .fewAtATime) struct ForkTerminalTests {
  /// Taken, the run goes on with the change; forgotten, it is the run that nobody forked. Either way
  /// the command that repeats it comes to the same weights.
  @Test(arguments: [(80, 24, true), (120, 40, false)])
  func theRunIsWhatItSaysAfterAFork(width: Int, height: Int, isTaken: Bool) throws {
    let session = try TmuxSession.paused("--preset heavy-reuse", width: width, height: height)
    defer { session.close() }
    try session.send("s")
    try session.wait(for: "update 1") { $0.contains(/upd(ate)? +1\/32/) }
    try session.send("v")
    try session.wait(forText: "Preview")
    try session.send("[", "W")
    try session.wait(forText: "8 pairs")
    try session.send("Left", "Left", "Left", "Down", "Down", "Down", "Down")
    try session.wait(for: "a small fork") { $0.contains("3 pairs") && $0.contains("1 iteration") }
    try session.send("Enter")
    let done = try session.wait(forText: "done: 3 of 3 pairs")
    #expect(done.contains("mean Avg@32") && done.contains("in words"), "\(done)")
    #expect(done.contains("what if done"), "the header tells of it")
    try session.send(isTaken ? "Enter" : "f")
    try session.wait(forText: isTaken ? "the run goes on with σ_base" : "the fork is forgotten")
    try session.send("s")
    try session.wait(for: "update 2") { $0.contains(/upd(ate)? +2\/32/) }
    // The words at the end are longer than the screen is wide.
    try session.resize(width: 250, height: height)
    try session.send("q")
    let screen = try session.wait(forText: "status 0")
    let words = screen.replacing("\n", with: "")
    #expect(words.contains("--at 2:sigma_base=") == isTaken, "\(screen)")
    let command = try #require(words.firstMatch(of: /again  maspo (train .*'updates>1')/)).1
    let digest = try #require(words.firstMatch(of: /weights_digest ([0-9a-f]{16})/)).1
    let again = try FinishedProcess(command.replacing("'", with: "") + " --json --no-record")
    #expect(again.status == 5 && again.output.contains(digest), "\(command): \(again.output)")
  }
}
