internal import FoundationEssentials

#if canImport(Glibc)
  internal import Glibc
#endif

/// Whether the system gives this process the threads that it needs.
///
/// Dispatch waits for ever for a thread that it cannot have: under a limit of five processes, the
/// program would stand still and be deaf to every signal but KILL. So it asks first.
enum ThreadSupply {
  struct Shortage: Error, CustomStringConvertible {
    let made: Int
    let needed: Int
    let code: Int32

    var description: String {
      "the system gives this program \(made) of the \(needed) threads it needs: "
        + "\(String(cString: strerror(code))); allow more processes (ulimit -u)"
    }
  }

  /// Those of queues and signals, beside the computing ones.
  private static let othersCount = 6

  /// Makes as many threads as the program may need at once, and ends them again.
  ///
  /// - Throws: `Shortage`.
  static func check() throws {
    let needed = ProcessInfo.processInfo.activeProcessorCount + othersCount
    let gate = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pthread_mutex_init(gate, nil)
    pthread_mutex_lock(gate)
    var threads: [pthread_t] = []
    var code: Int32 = 0
    while threads.count < needed, code == 0 {
      var thread = pthread_t()
      code = pthread_create(
        &thread, nil,
        { gate in
          let gate = gate?.assumingMemoryBound(to: pthread_mutex_t.self)
          if let gate {
            pthread_mutex_lock(gate)
            pthread_mutex_unlock(gate)
          }
          return nil
        }, gate)
      if code == 0 { threads.append(thread) }
    }
    pthread_mutex_unlock(gate)
    for thread in threads { pthread_join(thread, nil) }
    pthread_mutex_destroy(gate)
    gate.deallocate()
    if code != 0 { throw Shortage(made: threads.count, needed: needed, code: code) }
  }
}
