import FuzzDriver

@testable import GnuTLSResumption

/// Whatever stands in the sealed contents of a server's session, reading it doesn't crash, and gives no more than there was.
@main
enum FuzzStoredSession {
  static func main() {
    FuzzDriver.run { input in
      guard let session = StoredSession(input) else { return }
      precondition(session.id.count + session.data.count < input.count)
    }
  }
}
