import Foundation
public import ScriptableTLSServer

/// Makes OCSP responses with `openssl ocsp`. They are DER, and say that they were made now.
public enum OCSPResponder {
  /// What a response says of its certificate.
  public enum Verdict: Sendable {
    case good, revoked, unknown
  }

  /// A response for a leaf.
  ///
  /// - Parameters:
  ///   - minutes: How long from now the next response is due. Nil: it doesn't say.
  ///   - signer: Nil: its issuer.
  ///   - delegate: Signs instead, by a certificate that comes with the response.
  public static func response(
    for certificate: IssuedCertificate, _ verdict: Verdict = .good, minutes: Int? = 24 * 60,
    signer: CertificateAuthority? = nil, delegate: IssuedCertificate? = nil
  ) throws -> [UInt8] {
    let issuer = signer ?? certificate.issuer
    return try response(
      for: certificate.leaf, serial: certificate.serial, issuer: certificate.issuer, verdict, minutes: minutes,
      signer: delegate.map { ($0.leaf, $0.key) } ?? (issuer.certificate, issuer.key))
  }

  /// A response for an intermediate, signed by its issuer.
  public static func response(
    for authority: CertificateAuthority, _ verdict: Verdict = .good, minutes: Int? = 24 * 60
  ) throws -> [UInt8] {
    guard let issuer = authority.issuers.first else { throw PeerError("a root has no OCSP responder") }
    return try response(
      for: authority.certificate, serial: authority.serial, issuer: issuer, verdict, minutes: minutes,
      signer: (issuer.certificate, issuer.key))
  }

  private static func response(
    for certificate: [UInt8], serial: [UInt8], issuer: CertificateAuthority, _ verdict: Verdict, minutes: Int?,
    signer: (certificate: [UInt8], key: [UInt8])
  ) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let number = serial.map { String(format: "%02X", $0) }.joined()
    let line =
      switch verdict {
      case .good: "V\t400101000000Z\t\t\(number)\tunknown\t/CN=certificate\n"
      case .revoked: "R\t400101000000Z\t250101000000Z\t\(number)\tunknown\t/CN=certificate\n"
      case .unknown: ""
      }
    let issuerFile = try folder.write("issuer.pem", issuer.certificate)
    var command = ["openssl", "ocsp", "-noverify", "-index", try folder.write("index.txt", line)]
    command += ["-CA", issuerFile, "-issuer", issuerFile, "-cert", try folder.write("certificate.pem", certificate)]
    command += ["-rsigner", try folder.write("signer.pem", signer.certificate)]
    command += ["-rkey", try folder.write("signer.key", signer.key)]
    if let minutes { command += ["-nmin", "\(minutes)"] }
    let result = try ProcessRunner.run(command + ["-respout", folder.file("response.der")])
    guard result.status == 0, let response = FileManager.default.contents(atPath: folder.file("response.der")) else {
      throw PeerError("no OCSP response: \(result.output)")
    }
    return Array(response)
  }
}
