import Glibc
import SessionTickets

/// Why a file was left as it is.
struct FileFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  /// After a system call.
  init(_ what: String, _ path: RawPath, _ number: Int32) {
    description = "\(what) \(path): \(unsafe String(cString: strerror(number)))"
  }
}
