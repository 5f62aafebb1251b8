import ScriptableTLSServer
import TestPeers
import Testing

/// What a terminal gets: colours for what counts, and none where they aren't wanted.
struct TerminalTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  /// Runs the tool on a terminal of its own.
  private func run(_ words: [String], _ variables: [String: String] = [:]) throws -> String {
    let result = try tool.shell(
      "script -qc '$TOOL \(words.joined(separator: " "))' /dev/null </dev/null",
      variables: ["TERM": "xterm", "NO_COLOR": ""].merging(variables) { $1 })
    return result.standardOutput.replacing("\r\n", with: "\n")
  }

  private var connect: [String] { tool.connectArguments(server.port).filter { $0 != "--json" } }

  @Test("A full handshake is yellow, a resumed one green, and so is what `why` expects; an error is red")
  func colours() throws {
    let peer = "127.0.0.1:\(server.port): "
    let why = ["why"] + connect.dropFirst()
    #expect(try run(why).contains(": \u{1B}[33ma full handshake (noTicket)"))
    #expect(try run(connect).hasPrefix("\(peer)\u{1B}[33mfull handshake (noTicket)\u{1B}[0m\n"))
    #expect(try run(why).contains(": \u{1B}[32mresumes, if the server takes a ticket"))
    #expect(try run(connect).hasPrefix("\(peer)\u{1B}[32mresumed, with a ticket "))
    #expect(try run(["connect", "127.0.0.1:1"]).hasPrefix("\u{1B}[31merror:\u{1B}[0m "))
  }

  @Test(
    "NO_COLOR, a terminal without colours, and a pipe get none", arguments: [["NO_COLOR": "1"], ["TERM": "dumb"], nil])
  func plain(variables: [String: String]?) throws {
    let output =
      if let variables { try run(connect, variables) } else { try tool.run(connect).output }
    #expect(output.contains("full handshake (noTicket)") && !output.contains("\u{1B}"), "\(output)")
  }
}
