import ArgumentParser
import ScriptableTLSServer

struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Show resumption across processes, against a server of its own on 127.0.0.1.",
    discussion: "Connects three times, each time as a new process. Store and key are temporary; no network is needed.")

  func run() throws {
    do {
      let folder = try TemporaryFolder()
      defer { folder.remove() }
      var options = CertificateOptions(dnsNames: ["localhost"])
      options.hasIntermediate = true
      let certificate = try GeneratedCertificate(options)
      try folder.write(certificate.authority, to: "ca.pem")
      let server = try TLSServer(certificate: certificate.serverCertificate)
      defer { server.stop() }

      try StandardStreams.out(
        "A TLS 1.3 server on 127.0.0.1:\(server.port); three connections, each a process of its own.\n")
      var rows = [["RUN", "HANDSHAKE", "WHY", "TOOK", "TICKETS STORED", "THE SERVER SAW"]]
      for run in 1...3 {
        let report = try connect(to: server, folder)
        let seen = server.waitForConnections(run).last
        rows.append([
          "\(run)", report.handshake, report.reason ?? "a ticket \(report.ticketAgeSeconds ?? 0) s old",
          report.handshakeMilliseconds.milliseconds, "\(report.ticketsStored)",
          seen.map { $0.isResumed ? "a resumption" : "a full handshake" } ?? "nothing",
        ])
      }
      try StandardStreams.out(table(rows))
    } catch {
      reportError("\(error)")
      throw ExitCode.failure
    }
  }

  private func connect(to server: TLSServer, _ folder: TemporaryFolder) throws -> ReportSummary {
    let (report, errors) = (folder.file("report"), folder.file("errors"))
    let words = [
      "connect", "127.0.0.1:\(server.port)", "--server-name", "localhost", "--ca-file", folder.file("ca.pem"),
      "--store", folder.file("store"), "--key-file", folder.file("key"), "--json",
    ]
    let code = try OwnProgram().run(words, output: report, errors: errors)
    guard code == 0 else { throw DemoFailure(description: "a connection failed: \(try folder.text(of: "errors"))") }
    return try ReportSummary(json: try folder.text(of: "report"))
  }
}

struct DemoFailure: Error, CustomStringConvertible {
  let description: String
}
