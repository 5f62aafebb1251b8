/// GnuTLS's stand-in for session data when it has no ticket under TLS 1.3.
///
/// `gnutls_session_get_data2` succeeds with it, `gnutls_session_set_data` accepts it, and it resumes nothing.
public enum DummySessionData {
  /// The four bytes that GnuTLS returns (`EMPTY_DATA` in its `session.c`).
  static let bytes: [UInt8] = [0, 0, 0, 0]

  /// Whether session data are the stand-in, or nothing at all.
  public static func matches(_ data: some Collection<UInt8>) -> Bool {
    data.isEmpty || data.elementsEqual(bytes)
  }
}
