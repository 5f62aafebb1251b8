import ArgumentParser
import GnuTLSResumption

/// How a handshake is made, and whom it trusts: the same wherever one is made.
struct HandshakeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The name to ask the server for, and to expect in its certificate.", valueName: "name"),
    transform: text)
  var serverName: String?

  @OptionGroup var trust: TrustOptions

  @Option(
    help: ArgumentHelp("Offer this application protocol; may be given again.", valueName: "protocol"), transform: text)
  var alpn: [String] = []

  @Option(help: ArgumentHelp("GnuTLS's priority string.", valueName: "string"), transform: text)
  var priority: String?

  @Option(help: ArgumentHelp("The client's certificate, PEM; goes with --key.", valueName: "file"))
  var cert: PathArgument?

  @Option(help: ArgumentHelp("The certificate's private key, PEM.", valueName: "file"))
  var key: PathArgument?

  func validate() throws {
    guard (cert == nil) == (key == nil) else { throw ValidationError("--cert and --key go together.") }
  }

  /// Without a store.
  /// - Parameter files: Reads those that come through pipes.
  func configuration(_ files: PipedFiles) throws -> TLSConfiguration {
    var result = TLSConfiguration()
    result.serverName = serverName
    result.applicationProtocols = alpn
    result.priority = priority
    result.verification = try trust.verification(files)
    if let cert, let key {
      result.clientCertificate = try PEMKeyPair(
        certificate: files.file(cert.path, "the client's certificate"),
        key: files.file(key.path, "its key"))
    }
    result.resumption = nil
    return result
  }
}
