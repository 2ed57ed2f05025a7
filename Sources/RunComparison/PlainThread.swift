internal import Dispatch

#if canImport(Glibc)
  internal import Glibc
#endif

/// A thread of its own for work of minutes or hours.
///
/// Those of Dispatch do not inherit the program's `nice` value on Linux, and a study of hours must
/// be able to stay in the background.
public enum PlainThread {
  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Runs `body` on a new thread; on one of Dispatch where the system has no more.
  public static func start(_ body: @escaping @Sendable () -> Void) {
    let work = Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, work.toOpaque())
    guard code == 0 else {
      work.release()
      DispatchQueue.global().async(execute: body)
      return
    }
    pthread_detach(thread)
  }
}
