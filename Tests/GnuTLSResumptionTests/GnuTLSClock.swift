import CGnuTLS
import Glibc

/// GnuTLS's clock (`gnutls_global_set_time_function`), which a test may shift for its own thread.
///
/// By it go the dates of certificates, revocation lists and OCSP responses, and the age of stored sessions. The age of
/// TLS 1.3 tickets and all timeouts don't: GnuTLS reads the system's clock for them.
enum GnuTLSClock {
  /// Runs the closure while GnuTLS sees, on this thread only, a clock that much later (or earlier).
  ///
  /// Within another shift it takes the other's place. The shift ends with the closure, also when that throws. A closure
  /// that throws only inside of `#expect` has to say so: `{ () throws in … }`.
  static func shifted<Result>(bySeconds seconds: Int, _ body: () throws -> Result) rethrows -> Result {
    _ = installed
    let before = offset
    offset = seconds
    defer { offset = before }
    return try body()
  }

  /// The same, with a clock that stands still.
  /// - Parameter time: Seconds since 1970, not 0.
  static func stopped(at time: Int, _ body: () throws -> Void) rethrows {
    _ = installed
    let before = standing
    standing = time
    defer { standing = before }
    try body()
  }

  /// Stays installed for the process: without a shift it tells the system's time.
  private static let installed: Void = unsafe gnutls_global_set_time_function { result in
    let standing = GnuTLSClock.standing
    let now = standing == 0 ? time(nil) + GnuTLSClock.offset : standing
    unsafe result?.pointee = now
    return now
  }

  private static func makeKey() -> pthread_key_t {
    var key = pthread_key_t()
    let code = unsafe pthread_key_create(&key, nil)
    precondition(code == 0, "no thread-specific data: error \(code)")
    return key
  }

  private static let key = makeKey()
  private static let standingKey = makeKey()

  /// The calling thread's, in seconds. A pointer's bits hold it: 0 where nothing was set.
  private static var offset: Int {
    get { unsafe Int(bitPattern: pthread_getspecific(key)) }
    set { unsafe pthread_setspecific(key, UnsafeMutableRawPointer(bitPattern: newValue)) }
  }

  private static var standing: Int {
    get { unsafe Int(bitPattern: pthread_getspecific(standingKey)) }
    set { unsafe pthread_setspecific(standingKey, UnsafeMutableRawPointer(bitPattern: newValue)) }
  }
}
