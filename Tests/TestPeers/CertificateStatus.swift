internal import CScriptableTLSServer

/// What GnuTLS says of a certificate chain: nothing, if it is trusted (`gnutls_certificate_status_t`).
public struct CertificateStatus: OptionSet, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  private init(_ status: gnutls_certificate_status_t) { rawValue = UInt32(status.rawValue) }

  /// Set with each of the others.
  public static let invalid = CertificateStatus(GNUTLS_CERT_INVALID)
  public static let revoked = CertificateStatus(GNUTLS_CERT_REVOKED)
  public static let signerNotFound = CertificateStatus(GNUTLS_CERT_SIGNER_NOT_FOUND)
  public static let insecureAlgorithm = CertificateStatus(GNUTLS_CERT_INSECURE_ALGORITHM)
  public static let notActivated = CertificateStatus(GNUTLS_CERT_NOT_ACTIVATED)
  public static let expired = CertificateStatus(GNUTLS_CERT_EXPIRED)
  public static let signerConstraintsFailure = CertificateStatus(GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE)
  public static let revocationDataSuperseded = CertificateStatus(GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED)
  public static let unexpectedOwner = CertificateStatus(GNUTLS_CERT_UNEXPECTED_OWNER)
  public static let purposeMismatch = CertificateStatus(GNUTLS_CERT_PURPOSE_MISMATCH)
  public static let missingOCSPStatus = CertificateStatus(GNUTLS_CERT_MISSING_OCSP_STATUS)
  public static let invalidOCSPStatus = CertificateStatus(GNUTLS_CERT_INVALID_OCSP_STATUS)
}
