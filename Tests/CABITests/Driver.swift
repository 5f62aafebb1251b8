import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

/// Runs the driver, each time as a process of its own, on one server, store and key.
struct Driver {
  let server: TLSServer
  let folder: TemporaryFolder
  var store: String
  let version: TLSVersion

  init(_ version: TLSVersion = .tls13) throws {
    self.version = version
    server = try TLSServer(certificate: Fixture.ecdsa.serverCertificate, script: version.script)
    folder = try TemporaryFolder()
    store = folder.file("store")
  }

  /// What is kept.
  var records: Int { get throws { try DirectoryStore(path: store).count().records } }

  /// Connects once. A TLS 1.2 session is offered only by clients that allow no TLS 1.3.
  func run(_ options: String..., environment: [String: String] = [:]) throws -> DriverReport {
    var arguments = options
    if version == .tls12 { arguments.append("priority=NORMAL:-VERS-TLS1.3") }
    let result = try ProcessRunner.run(
      [CProgram.driver.get().path, "\(server.port)", store, folder.file("key")] + arguments, environment: environment)
    try #require(result.status == 0, "\(result.output)")
    // Under TLS 1.2 the client is through before the server has seen the end.
    server.waitForConnections(server.connections.count)
    return DriverReport(result.standardOutput)
  }
}

/// The driver's output.
struct DriverReport {
  private var fields: [Substring: [String]] = [:]

  init(_ text: String) {
    for line in text.split(separator: "\n") {
      guard let colon = line.range(of: ": ") else { continue }
      fields[line[..<colon.lowerBound], default: []].append(String(line[colon.upperBound...]))
    }
  }

  func all(_ name: String) -> [String] { fields[Substring(name)] ?? [] }

  subscript(_ name: String) -> String { all(name).first ?? "" }

  /// What `gnutls_resumption_handshake_done` returned.
  var done: String { self["done"] }

  /// `resumed`, or the reason.
  var reason: String { self["reason text"] }
}
