import Testing

/// Runs few tests of the program at a time, across suites: each trains and often waits for a
/// terminal. Two share the cores of a small machine well, since one of them mostly waits; more
/// would only slow each other down.
struct FewAtATime: SuiteTrait, TestTrait, TestScoping {
  private static let seats = Seats(free: 2)

  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?,
    performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    await Self.seats.take()
    do {
      try await function()
    } catch {
      await Self.seats.leave()
      throw error
    }
    await Self.seats.leave()
  }

  /// A free one goes to whoever has waited longest.
  private actor Seats {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(free: Int) { self.free = free }

    func take() async {
      if free > 0 {
        free -= 1
      } else {
        await withCheckedContinuation { waiting.append($0) }
      }
    }

    func leave() {
      if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
  }
}

extension Trait where Self == FewAtATime {
  static var fewAtATime: Self { FewAtATime() }
}
