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

  /// Stays installed for the process: without a shift it tells the system's time.
  private static let installed: Void = unsafe gnutls_global_set_time_function { result in
    let now = time(nil) + GnuTLSClock.offset
    unsafe result?.pointee = now
    return now
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let code = unsafe pthread_key_create(&key, nil)
    precondition(code == 0, "no thread-specific data: error \(code)")
    return key
  }()

  /// The calling thread's, in seconds. A pointer's bits hold it: 0 where nothing was set.
  private static var offset: Int {
    get { unsafe Int(bitPattern: pthread_getspecific(key)) }
    set { unsafe pthread_setspecific(key, UnsafeMutableRawPointer(bitPattern: newValue)) }
  }
}
