import GnuTLSResumption
import ScriptableTLSServer
import ServerProbe
import TestPeers

/// How the tests probe: servers on this machine, by the fixtures' root.
enum Probing {
  static var configuration: TLSConfiguration {
    var configuration = TLSConfiguration()
    configuration.serverName = "localhost"
    configuration.verification = .engineVerifies(.file(Fixture.ecdsa.root))
    configuration.resumption = nil
    return configuration
  }

  static func run(
    _ port: UInt16, at addresses: [String] = ["127.0.0.1"], _ configuration: TLSConfiguration = configuration,
    _ change: (inout ServerProbe.Options) -> Void = { _ in }
  ) throws -> ProbeFindings {
    var configuration = configuration
    configuration.addresses.insteadOfResolver = addresses
    var options = ServerProbe.Options()
    change(&options)
    return try ServerProbe.run("localhost", port: port, configuration: configuration, options: options)
  }

  /// A scriptable server.
  static func server(_ change: (inout ServerScript) -> Void = { _ in }) throws -> TLSServer {
    var script = ServerScript()
    change(&script)
    return try TLSServer(certificate: try Fixture.ecdsa.serverCertificate, script: script)
  }
}
