import Glibc
import SessionTickets

/// What went wrong with a file, or why it was left as it is; and what to do.
struct FileFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  /// After a system call.
  init(_ what: String, errno number: Int32) {
    description = "\(what): \(unsafe String(cString: strerror(number)))"
  }

  /// After a system call, of that path.
  init(_ what: String, _ path: RawPath, _ number: Int32) { self.init("\(what) \(path)", errno: number) }
}
