import ArgumentParser
import TestPeers
import Testing

@testable import gnutls_resume

/// `HOST[:PORT]`.
struct HostPortTests {
  @Test(
    "A name or an address, with a port or without",
    arguments: [
      ("example.org", "example.org", nil), ("example.org:8443", "example.org", 8443), ("localhost.:1", "localhost.", 1),
      ("127.0.0.1:65535", "127.0.0.1", 65535), ("[::1]", "::1", nil), ("[::1]:443", "::1", 443),
      ("[fe80::1%eth0]:443", "fe80::1%eth0", 443), ("bücher.example", "bücher.example", nil),
    ] as [(String, String, UInt16?)])
  func accepted(argument: String, host: String, port: UInt16?) throws {
    let parsed = try HostPort(argument)
    #expect(parsed.host == host && parsed.port == port)
  }

  @Test(
    "What isn't is refused, and told what to write",
    arguments: [
      ("", "missing"), (":443", "missing"), ("[]:443", "missing"), ("[::1", "bracket"),
      ("::1", "brackets"), ("fe80::1%eth0", "brackets"), ("::1:443", "brackets"), ("::", "brackets"),
      ("https://example.org", "URL"), ("https://example.org:443/x", "URL"), ("example.org/", "slash"),
      ("example.org:443/", "slash"), ("example.org:", "port"), ("example.org:0", "port"), ("example.org:65536", "port"),
      ("example.org:+1", "port"), ("example.org:１", "port"), ("[::1]443", "port"), ("[::1]:x", "port"),
      ("exa\u{0}mple.org", "control"), ("example.org\n", "control"), ("a\u{9B}b", "control"),
      ("a\u{1B}[31m", "control"),
    ])
  func refused(argument: String, hint: String) throws {
    let error = #expect(throws: ValidationError.self) { try HostPort(argument) }
    #expect(error?.message.contains(hint) == true, "\(String(describing: error))")
  }

  @Test("On the command line the hint is in the one line of the error", arguments: ["connect", "forget"])
  func told(command: String) throws {
    let tool = try Tool()
    for (argument, hint) in [
      ("::1", "an IPv6 address stands in brackets, as in [::1]:443. See"),
      ("https://example.org", "it is a URL; give its host and port alone. See"), ("a\nb", "control characters"),
    ] {
      let result = try tool.run([command, argument])
      #expect(result.isFailure(saying: hint, status: 64), "\(result)")
    }
  }
}
