import Foundation
import ScriptableTLSServer
import TestPeers

/// A home and tickets of one's own, for programs that visit one server again and again.
struct Visitor: Sendable {
  let home: Home
  var preload: Preload
  var negotiation = Negotiation.tls13

  /// - Parameter trusted: The root that programs are told to trust.
  init(port: UInt16, trusted: String = Fixture.ecdsa.root) throws {
    home = try Home(port: port, trusted: trusted)
    preload = try Preload()
  }

  /// Runs a program so that it resumes.
  func run(_ program: ForeignProgram) throws -> ProcessResult {
    try program.run(0, in: home, negotiation, preload.launch)
  }

  /// Runs a program as it is.
  func runPlainly(_ program: ForeignProgram) throws -> ProcessResult { try program.run(0, in: home, negotiation) }

  /// Where a run differs from one without tickets: it is expected to say and do the very same.
  func differences(_ program: ForeignProgram) throws -> [String] {
    let results = try [runPlainly(program), run(program)]
    return Self.differences(results[0], results[1], program)
  }

  static func differences(_ plain: ProcessResult, _ other: ProcessResult, _ program: ForeignProgram) -> [String] {
    let outputs = [plain, other].map { program.stableOutput($0.standardOutput) }
    // wget tells the time.
    let errors = [plain, other].map { $0.standardError.replacing(/[0-9-]{10} [0-9:]{8}/, with: "TIME") }
    return (outputs[0] == outputs[1] ? [] : ["output: \(outputs)"])
      + (errors[0] == errors[1] ? [] : ["error: \(errors)"])
      + (plain.status == other.status ? [] : ["status: \([plain, other].map(\.status))"])
  }

  /// From now on programs trust another root.
  func trust(_ root: String) throws {
    try home.trust(root)
  }
}

extension TLSServer {
  /// A server for the clients in C, that sees each ClientHello.
  static func forClients(
    showing certificate: ServerCertificate? = nil, _ change: (inout ServerScript) -> Void = { _ in }
  ) throws -> TLSServer {
    var script = ServerScript()
    script.behaviour = .http(body: Array("answered\n".utf8))
    change(&script)
    return try TLSServer(certificate: certificate ?? Fixture.ecdsa.serverCertificate, script: script)
  }
}
