/// Which version of TLS is spoken, and who sees to that.
enum Negotiation: Sendable, CaseIterable {
  /// Both sides speak 1.2 and 1.3.
  case tls13
  /// The program is restricted to 1.2 by an option of its own.
  case tls12ByProgram
  /// The server speaks 1.2 only.
  case tls12ByServer

  /// As nginx and vsftpd name it.
  var version: String { self == .tls13 ? "TLSv1.3" : "TLSv1.2" }

  /// For programs that have no such option.
  static let withoutProgram: [Negotiation] = [.tls13, .tls12ByServer]
  /// For servers that can't be restricted.
  static let withoutServer: [Negotiation] = [.tls13, .tls12ByProgram]
}
