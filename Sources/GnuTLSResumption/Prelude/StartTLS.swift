/// A protocol whose connections begin in the clear, and go on by TLS once the client has asked for it.
///
/// Nothing of what is said in the clear is believed. Whoever is on the path may have the server say that it has no TLS: then
/// there is no connection.
public enum StartTLS: String, Hashable, Sendable, CaseIterable {
  /// RFC 3207.
  case smtp
  /// RFC 9051, section 6.2.1.
  case imap
  /// RFC 2595, section 4.
  case pop3
  /// RFC 4217.
  case ftp
  /// RFC 4511, section 4.14.
  case ldap
  /// RFC 6120, section 5.
  case xmpp
  /// PostgreSQL's manual, "SSL Session Encryption".
  case postgres
}

extension StartTLS {
  /// The port of such servers, where none is named.
  package var port: UInt16 {
    switch self {
    case .smtp: 25
    case .imap: 143
    case .pop3: 110
    case .ftp: 21
    case .ldap: 389
    case .xmpp: 5_222
    case .postgres: 5_432
    }
  }

  /// Asks for TLS, until the server has agreed.
  /// - Parameter name: The server's.
  func ask(_ server: PlainStream, name: String) throws(ConnectionError) {
    switch self {
    case .smtp: try askSMTP(server)
    case .imap: try askIMAP(server)
    case .pop3: try askPOP3(server)
    case .ftp: try askFTP(server)
    case .ldap: try askLDAP(server)
    case .xmpp: try askXMPP(server, name: name)
    case .postgres: try askPostgres(server)
    }
  }

  func refusal(_ server: PlainStream, _ answer: [UInt8]) -> ConnectionError {
    server.failure("doesn't begin TLS by \(rawValue)", answer: answer)
  }
}
