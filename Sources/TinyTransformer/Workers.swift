import Dispatch
import Synchronization

/// Runs independent pieces of work on a number of threads.
enum Workers {
  /// Calls `body(worker, item)` once for every item. A worker handles one item at a time and
  /// takes the next one that is free, so which worker gets which item is a matter of chance:
  /// results must not depend on it.
  static func perform(items: Int, threads: Int, _ body: (_ worker: Int, _ item: Int) -> Void) {
    let workers = min(threads, items)
    guard workers > 1 else {
      for item in 0..<items { body(0, item) }
      return
    }
    let next = Atomic<Int>(0)
    withoutActuallyEscaping(body) { body in
      let shared = SharedWork(body: body)
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        while true {
          let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard item < items else { return }
          shared.body(worker, item)
        }
      }
    }
  }

  /// `@unchecked`: every caller's `body` writes only to memory of its own worker or item, and
  /// `concurrentPerform` returns after all calls have.
  private struct SharedWork: @unchecked Sendable {
    let body: (Int, Int) -> Void
  }
}
