internal import CGnuTLS

/// A session's priorities, as the program has given them.
enum Priority: Sendable {
  /// A string, nil for GnuTLS's default; or one that was appended to that.
  case known(String?, isAppended: Bool)
  /// Given before the engine was there, or in bytes that are no text.
  case unknown

  init(_ string: UnsafePointer<CChar>?, isAppended: Bool) {
    guard let string = unsafe string else {
      self = .known(nil, isAppended: false)
      return
    }
    let text = unsafe String(validatingCString: string)
    self = text.map { .known($0, isAppended: isAppended) } ?? .unknown
  }
}
