internal import SessionTickets

/// What a server's sessions are bound to: the virtual host, the client authorities, and the policy of client
/// authentication, in bytes of the application's choice.
///
/// A session of one context is never resumed under another. GnuTLS compares no server name when TLS 1.3 resumes, and only
/// the application knows what it would check in a full handshake: whatever differs there must differ here.
public struct HostContext: Hashable, Sendable {
  let digest: Digest

  /// Nil without memory, or where FIPS forbids the digest: then there are no tickets.
  public init?(_ bytes: [UInt8]) {
    guard let digest = SHA256.digest(bytes) else { return nil }
    self.digest = digest
  }

  /// The same, for a text.
  public init?(_ text: String) { self.init(Array(text.utf8)) }
}

/// Tells the context of the host that a client asks for, by its server name (RFC 6066, section 3) in lower case; nil if it
/// named none. Without a context there are neither tickets nor stored sessions, and nothing is resumed.
///
/// It is called within the handshake, on that thread.
public typealias HostContexts = @Sendable (_ serverName: String?) -> HostContext?

/// The same, told about a session.
package typealias SessionContexts = @Sendable (OpaquePointer, _ serverName: String?) -> HostContext?
