/// A bundle of certificates in PEM, from which some can be picked by their subject, without having GnuTLS parse the
/// others: parsing Debian's 139 roots takes as long as ten handshakes.
///
/// So a damaged certificate that nobody needs goes unnoticed here, where GnuTLS would refuse the whole bundle.
struct PEMBundle {
  private static let begin = Array("-----BEGIN ".utf8)
  private static let end = Array("-----END ".utf8)
  private static let dash = Array("-".utf8)
  private static let certificate = Array("CERTIFICATE-----".utf8)
  /// GnuTLS takes for a certificate whatever begins like one.
  private static let others = [Array("CERTIFICATE".utf8), Array("X509 CERTIFICATE".utf8)]

  /// Enough to reach the end of the subject in most certificates, and in all but the oddest, in bytes of DER.
  private static let prefixSizes = (384, 768)

  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The certificates with one of these subjects, in PEM and in order.
  /// - Returns: Nil if the bundle isn't plain enough to be sure: then all of it is to be loaded.
  func certificates(withSubjects names: Set<[UInt8]>) -> [UInt8]? {
    var result: [UInt8] = []
    var position = 0
    // There are few names, and many certificates: to hash each would take longer than to compare it.
    let names = Array(names)
    while let begin = bytes.firstIndex(of: Self.begin, from: position) {
      let label = begin + Self.begin.count
      position = label
      guard starts(with: Self.certificate, at: label) else {
        if Self.others.contains(where: { starts(with: $0, at: label) }) { return nil }
        continue
      }
      let body = label + Self.certificate.count
      // GnuTLS decodes up to the first dash, wherever the block ends.
      guard let end = bytes.firstIndex(of: Self.dash, from: body), starts(with: Self.end, at: end),
        let certificate = Self.names(in: bytes[body..<end])
      else { return nil }
      position = end + Self.end.count
      guard names.contains(where: { $0[...] == certificate.subject }) else { continue }
      result += bytes[begin..<position]
      result += Self.certificate
      result.append(UInt8(ascii: "\n"))
    }
    return result
  }

  private static func names(in text: ArraySlice<UInt8>) -> CertificateNames? {
    CertificateNames(Base64.prefix(of: text, atMost: prefixSizes.0))
      ?? CertificateNames(Base64.prefix(of: text, atMost: prefixSizes.1))
  }

  private func starts(with pattern: [UInt8], at index: Int) -> Bool {
    bytes.count - index >= pattern.count && bytes[index..<(index + pattern.count)].elementsEqual(pattern)
  }
}
