import ArgumentParser
import ScriptableTLSServer
import TestPeers
import Testing

@testable import gnutls_resume

/// Which address `connect` takes.
struct AddressTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  private func connect(_ host: String, _ more: [String]) throws -> ProcessResult {
    try tool.run(
      ["connect", "\(host):\(server.port)", "--server-name", "localhost", "--json"] + tool.trust.arguments + tool.places
        + more)
  }

  @Test("--resolve connects to the address, and nobody is asked for the name; it is for this host and port alone")
  func resolve() throws {
    let port = server.port
    let result = try connect("nowhere.invalid", ["--resolve", "Nowhere.Invalid.:\(port):127.0.0.1"])
    #expect(try Report(result).host == "nowhere.invalid" && Report(result).reason == "noTicket")
    // The tickets are those of the name, whatever the address.
    #expect(try tool.connect(port).isResumed)
    for other in ["nowhere.invalid:1:127.0.0.1", "elsewhere.invalid:\(port):127.0.0.1"] {
      #expect(try connect("nowhere.invalid", ["--resolve", other]).isFailure(saying: "can't find", status: 2))
    }
  }

  @Test("--resolve takes several addresses, and the first that answers counts")
  func several() throws {
    let port = server.port
    #expect(try Report(connect("x.invalid", ["--resolve", "x.invalid:\(port):127.0.0.2,127.0.0.1"])).error == nil)
    let refused = try connect("x.invalid", ["--resolve", "x.invalid:\(port):127.0.0.2,127.0.0.3"])
    #expect(refused.isFailure(saying: "can't connect to 127.0.0.3:\(port): Connection refused", status: 2))
  }

  @Test("-4 and -6 leave the other family's addresses aside")
  func families() throws {
    #expect(try Report(connect("127.0.0.1", ["-4"])).error == nil)
    #expect(try Report(connect("localhost", ["--ipv4"])).error == nil)
    for option in ["-6", "--ipv6"] { #expect(try connect("127.0.0.1", [option]).status == 2) }
    let resolved = ["--resolve", "x.invalid:\(server.port):127.0.0.1"]
    #expect(try connect("x.invalid", resolved + ["-6"]).status == 2)
    #expect(try connect("x.invalid", resolved + ["-4"]).status == 0)
  }

  @Test("--cacert is --ca-file")
  func authorities() throws {
    var other = tool
    other.trust = .file(Fixture.ecdsa.otherRoot)
    #expect(try other.run(other.connectArguments(server.port)).status == 3)
    let words = other.connectArguments(server.port).map { $0 == "--ca-file" ? "--cacert" : $0 }
    #expect(try other.run(words).status == 3)
    let right = tool.connectArguments(server.port).map { $0 == "--ca-file" ? "--cacert" : $0 }
    #expect(try Report(tool.run(right)).reason == "noTicket")
    let both = try tool.run(right + ["--ca-folder", "/"])
    #expect(both.isFailure(saying: "exclude each other", status: 64))
  }

  @Test(
    "What --resolve takes",
    arguments: [
      ("example.org:443:127.0.0.1", "example.org:443", ["127.0.0.1"]),
      ("Example.ORG:1:::1,[::2],10.0.0.1", "example.org:1", ["::1", "::2", "10.0.0.1"]),
      ("[::1]:443:fe80::1%lo", "[::1]:443", ["fe80::1%lo"]),
    ])
  func accepted(argument: String, server: String, addresses: [String]) throws {
    let parsed = try ResolvedHost(argument)
    #expect(parsed.server.description == server && parsed.addresses == addresses)
  }

  @Test(
    "What --resolve refuses",
    arguments: [
      ("", "host:port:address"), ("example.org", "host:port:address"), ("example.org:443", "host:port:address"),
      ("example.org:443:", "no address"), ("example.org:443:name", "no address"), ("a:443:127.0.0.1,", "no address"),
      ("a:0:127.0.0.1", "port"), (":443:127.0.0.1", "missing"), ("a:443:127.0.0.1%lo", "no address"),
      ("[::1:443:127.0.0.1", "bracket"),
    ])
  func refused(argument: String, hint: String) {
    let error = #expect(throws: ValidationError.self) { try ResolvedHost(argument) }
    #expect(error?.message.contains(hint) == true, "\(String(describing: error))")
  }
}
