import ArgumentParser
import CGnuTLSResume
import Glibc
import ScriptableTLSServer
import Subprocess

struct Demo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Show resumption across processes, against a server of its own on 127.0.0.1.",
    discussion: "Connects three times, each time as a new process. Store and key are temporary; no network is needed.")

  func run() async throws {
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
        let report = try await connect(to: server, folder)
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

  private func connect(to server: TLSServer, _ folder: TemporaryFolder) async throws -> ReportSummary {
    let result = try await Subprocess.run(
      try Self.ownExecutable(),
      arguments: [
        "connect", "127.0.0.1:\(server.port)", "--server-name", "localhost", "--ca-file", "\(folder.path)/ca.pem",
        "--store", "\(folder.path)/store", "--key-file", "\(folder.path)/key", "--json",
      ],
      output: .string(limit: 64 * 1024), error: .string(limit: 64 * 1024))
    guard result.terminationStatus.isSuccess else {
      throw DemoFailure(description: "a connection failed: \(result.standardError)")
    }
    return try ReportSummary(json: result.standardOutput)
  }

  /// For a further process of the same program.
  private static func ownExecutable() throws -> Executable {
    let name = unsafe ProcessArguments.raw.words[0]
    guard let path = unsafe gnutls_resume_own_file(name) else {
      throw DemoFailure(description: "this program's own file can't be found, so that it can't be started again")
    }
    defer { unsafe free(path) }
    return unsafe .path(.init(platformString: path))
  }
}

struct DemoFailure: Error, CustomStringConvertible {
  let description: String
}
