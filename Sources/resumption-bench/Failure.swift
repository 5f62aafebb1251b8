import Glibc

/// A measurement that should have been possible wasn't.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  init(_ what: String, errno code: Int32) {
    description = "\(what): \(unsafe String(cString: strerror(code)))"
  }
}

/// A measurement isn't possible here.
struct Skip: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
