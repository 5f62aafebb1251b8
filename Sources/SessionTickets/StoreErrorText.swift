import Glibc

extension StoreError: CustomStringConvertible {
  /// One line: what happened, where, and the system's own words.
  public var description: String {
    let cause = errno == 0 ? "" : ": \(unsafe String(cString: strerror(errno)))"
    return place.isEmpty ? "\(message)\(cause)" : "\(message) (\(place))\(cause)"
  }
}
