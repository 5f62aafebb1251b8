internal import Glibc

/// A POSIX thread. Whoever makes it joins it, once: blocking TLS calls have no place in the concurrency pool.
struct JoinableThread: Sendable {
  private let handle: pthread_t

  init(_ body: @escaping @Sendable () -> Void) throws(ServerError) {
    let box = unsafe Unmanaged.passRetained(Body(body))  // released by the thread
    var handle = pthread_t()
    let code = unsafe pthread_create(
      &handle, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, unsafe box.toOpaque())
    if code != 0 {
      unsafe box.release()
      throw ServerError("starting a thread", code: code)
    }
    self.handle = handle
  }

  func join() { _ = pthread_join(handle, nil) }

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
