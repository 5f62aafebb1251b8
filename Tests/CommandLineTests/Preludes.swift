import TestPeers
import Testing

/// What servers say before TLS, by protocol.
struct Prelude {
  let name: String
  /// All but the go-ahead.
  let steps: [PreludeServer.Step]
  let goAhead: [UInt8]
  /// In the place of the go-ahead, or of something before it.
  let refusals: [[PreludeServer.Step]]
  /// What the client has said by then.
  let heard: [UInt8]

  static let all: [Prelude] = [smtp, imap, pop3, ftp, ldap, xmpp, postgres]

  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static let smtp = Prelude(
    name: "smtp",
    steps: [
      .say("220-mail.example\r\n220 ESMTP\r\n"), .hear(until: "\r\n"),
      .say("250-mail.example\r\n250-SIZE 1000\r\n250-StartTLS\r\n250 HELP\r\n"), .hear(until: "\r\n"),
    ], goAhead: bytes("220 go ahead\r\n"),
    refusals: [
      [.say("554 no\r\n")], [.say("220 x\r\n"), .hear(until: "\r\n"), .say("250-STARTTLSX\r\n250 SIZE 1\r\n")],
      [.say("220 x\r\n"), .hear(until: "\r\n"), .say("502 what?\r\n")],
      [
        .say("220 x\r\n"), .hear(until: "\r\n"), .say("250-x\r\n250 STARTTLS\r\n"), .hear(until: "\r\n"),
        .say("454 not now\r\n"),
      ],
    ], heard: bytes("EHLO localhost\r\nSTARTTLS\r\n"))

  private static let imap = Prelude(
    name: "imap", steps: [.say("* OK IMAP4rev1\r\n"), .hear(until: "\r\n")],
    goAhead: bytes("* CAPABILITY IMAP4rev1\r\na1 OK begin\r\n"),
    refusals: [
      [.say("* BYE no\r\n")], [.say("* PREAUTH welcome\r\n")],
      [.say("* OK\r\n"), .hear(until: "\r\n"), .say("* X\r\na1 NO\r\n")],
      [.say("* OK\r\n"), .hear(until: "\r\n"), .say("a1 BAD\r\n")],
      [.say("* OK\r\n"), .hear(until: "\r\n"), .say("* BYE\r\n")],
    ], heard: bytes("a1 STARTTLS\r\n"))

  private static let pop3 = Prelude(
    name: "pop3", steps: [.say("+OK ready\r\n"), .hear(until: "\r\n")], goAhead: bytes("+OK begin\r\n"),
    refusals: [[.say("-ERR\r\n")], [.say("+OK\r\n"), .hear(until: "\r\n"), .say("-ERR no TLS\r\n")]],
    heard: bytes("STLS\r\n"))

  private static let ftp = Prelude(
    name: "ftp", steps: [.say("220-welcome\r\n anything\r\n220-\r\n220 ready\r\n"), .hear(until: "\r\n")],
    goAhead: bytes("234 go\r\n"),
    refusals: [[.say("421 full\r\n")], [.say("220\r\n"), .hear(until: "\r\n"), .say("530 no\r\n")]],
    heard: bytes("AUTH TLS\r\n"))

  private static let ldap = Prelude(
    name: "ldap", steps: [.hearBytes(31)],
    goAhead: [0x30, 0x0C, 2, 1, 1, 0x78, 7, 0x0A, 1, 0, 4, 0, 4, 0],
    refusals: [
      [.hearBytes(31), .say([0x30, 0x0C, 2, 1, 1, 0x78, 7, 0x0A, 1, 2, 4, 0, 4, 0])],
      [.hearBytes(31), .say([0x30, 0x0C, 2, 1, 0, 0x78, 7, 0x0A, 1, 0, 4, 0, 4, 0])],
      [.hearBytes(31), .say([0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF])], [.hearBytes(31), .say([0x30, 0x80])],
      [.hearBytes(31), .say([0x30, 0x03, 2, 1, 1])], [.hearBytes(31), .say([0x30, 0x00])],
      [.hearBytes(31), .say([0x30, 0x05, 2, 1, 1, 0x78, 0x84])], [.hearBytes(31), .say("HTTP")],
    ], heard: [0x30, 0x1D, 2, 1, 1, 0x77, 0x18, 0x80, 0x16] + bytes("1.3.6.1.4.1.1466.20037"))

  private static let features = "<?xml version='1.0'?><stream:stream from='x'><stream:features>"
  private static let xmpp = Prelude(
    name: "xmpp",
    steps: [
      .hear(until: "version='1.0'>"),
      .say(
        features + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>"),
      .hear(until: "/>"),
    ], goAhead: bytes("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
    refusals: [
      [.hear(until: "version='1.0'>"), .say("<stream:stream><stream:error/></stream:error>")],
      [.hear(until: "version='1.0'>"), .say("<stream:stream><stream:features/>")],
      [.hear(until: "version='1.0'>"), .say(features + "<mechanisms/></stream:features>")],
      [
        .hear(until: "version='1.0'>"),
        .say(features + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"), .hear(until: "/>"),
        .say("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
      ],
    ],
    heard: bytes(
      "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
        + "to='localhost' version='1.0'><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"))

  private static let postgres = Prelude(
    name: "postgres", steps: [.hearBytes(8)], goAhead: bytes("S"),
    refusals: [[.hearBytes(8), .say("N")], [.hearBytes(8), .say("ESFATAL\u{0}")]],
    heard: [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F])
}

extension Prelude: CustomTestStringConvertible {
  var testDescription: String { name }
}
