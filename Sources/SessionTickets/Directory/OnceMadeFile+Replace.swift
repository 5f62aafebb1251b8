import Glibc

/// Replacing what is made once, for whoever looks after it: see `gnutls-resume key`.
extension OnceMadeFile {
  /// How long somebody else may take who replaces it at the same time.
  private static let mostWaits = 500
  private static let microsecondsOfWait: UInt32 = 10_000

  /// Puts other contents in the place of the present ones. Whoever reads meanwhile reads either.
  /// - Parameter change: Is given the contents, nil if there are none, and returns the new ones, which are overwritten
  ///   here. It runs again if somebody has made the file meanwhile.
  package func replace(
    method: InstallMethod = .unnamed, now: WallTime, _ change: ([UInt8]?) throws(StoreError) -> [UInt8]
  ) throws(StoreError) {
    try Making.requireFirstRoot(for: folder.path)
    let lock = try folder.reopened()
    var waits = 0
    while flock(lock.descriptor.number, LOCK_EX | LOCK_NB) != 0 {
      waits += 1
      guard errno == EWOULDBLOCK || errno == EINTR, waits < Self.mostWaits else {
        throw folder.failure("another process is changing '\(name.text)'", errno: errno)
      }
      usleep(Self.microsecondsOfWait)
    }
    // Who makes the first one doesn't take the lock.
    for _ in 0..<2 {
      var old = try read()
      defer { old?.wipe() }
      var new = try change(old)
      defer { new.wipe() }
      var file = try PreparedFile(in: folder, contents: new, method: method, now: now)
      if old == nil, try folder.identity(of: name) == nil {
        if try file.link(as: name) { return }
      } else {
        return try file.replace(name)
      }
    }
    throw folder.failure("another process has made '\(name.text)' meanwhile", errno: 0)
  }
}
