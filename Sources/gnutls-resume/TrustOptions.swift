import ArgumentParser
import GnuTLSResumption
import SessionTickets

/// What the server's certificate is verified against.
struct TrustOptions: ParsableArguments {
  @Option(
    name: [.long, .customLong("cacert")],
    help: ArgumentHelp("Trust the certificates in this PEM file. Default: the system's.", valueName: "file"))
  var caFile: PathArgument?

  @Option(help: ArgumentHelp("Trust the certificates in the PEM files of this folder.", valueName: "dir"))
  var caFolder: PathArgument?

  @Option(help: ArgumentHelp("Refuse what this PEM file revokes; may be given again.", valueName: "file"))
  var crlFile: [PathArgument] = []

  @Option(
    help: ArgumentHelp(
      "Demand one of these public keys in the verified path, by the base64 of its SHA-256; may be given again.",
      valueName: "sha256//base64"),
    transform: { (text: String) throws -> PublicKeyPin in
      guard let pin = PublicKeyPin(base64: text) else {
        throw ValidationError("it is not the base64 of a SHA-256 digest.")
      }
      return pin
    })
  var pin: [PublicKeyPin] = []

  @Option(
    help: ArgumentHelp(
      "How long a verification is believed while nothing that it depended on changes; 0 verifies every time.",
      valueName: "seconds"))
  var verdictLifetime: Int64 = 86_400

  @Flag(help: "Verify nothing. Such sessions are never used when verifying.")
  var insecure = false

  func validate() throws {
    guard caFile == nil || caFolder == nil else {
      throw ValidationError("--ca-file and --ca-folder exclude each other.")
    }
    guard verdictLifetime >= 0 else { throw ValidationError("--verdict-lifetime takes 0 or more seconds.") }
    guard insecure else { return }
    let others = [
      ("--ca-file", caFile != nil), ("--ca-folder", caFolder != nil), ("--crl-file", !crlFile.isEmpty),
      ("--pin", !pin.isEmpty),
    ]
    if let other = others.first(where: \.1) {
      throw ValidationError("--insecure and \(other.0) exclude each other.")
    }
  }

  /// - Parameter files: Reads those that come through pipes.
  func verification(_ files: PipedFiles) throws -> Verification {
    guard !insecure else { return .insecure }
    var policy = VerificationPolicy.system
    if let caFile { policy = try .file(files.file(caFile.path, "the trust file")) }
    if let caFolder { policy = .folder(caFolder.path) }
    for list in crlFile {
      policy.revocationLists.append(try files.file(list.path, "the revocation list"))
    }
    policy.pins = Set(pin)
    policy.verdictLifetime = verdictLifetime
    return .engineVerifies(policy)
  }
}
