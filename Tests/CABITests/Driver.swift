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
    let result = try ProcessRunner.run(
      command(CProgram.driver.get(), options), environment: environment)
    try #require(result.status == 0, "\(result.output)")
    // Under TLS 1.2 the client is through before the server has seen the end.
    server.waitForConnections(server.connections.count)
    return DriverReport(result.standardOutput)
  }

  /// Starts a process that waits before it connects, and does something in the meantime.
  /// - Parameter asPlugin: The library is loaded after that, by a program that has GnuTLS already.
  func run(
    _ options: String..., environment: [String: String] = [:], asPlugin: Bool = false, meanwhile: () throws -> Void
  ) throws -> DriverReport {
    let command =
      asPlugin
      ? [try CProgram.pluginHost.get().path] + command(try CProgram.plugin.get(), options)
      : command(try CProgram.driver.get(), options + ["wait=yes"])
    let process = try RunningProcess(command, environment: environment)
    try #require(process.waitForOutput("waiting"), "\(process.standardError)")
    try meanwhile()
    process.write("\n")
    let end = process.waitForEnd(timeout: .seconds(20))
    try #require(end == .exited(0), "\(process.standardError)")
    server.waitForConnections(server.connections.count)
    return DriverReport(process.standardOutput)
  }

  private func command(_ program: CProgram, _ options: [String]) -> [String] {
    let priority = version == .tls12 ? ["priority=NORMAL:-VERS-TLS1.3"] : []
    return [program.path, "\(server.port)", store, folder.file("key")] + options + priority
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
