/// A bundle of certificates in PEM, from which some can be picked by their subject, without having GnuTLS parse the
/// others: parsing Debian's 139 roots takes as long as ten handshakes.
///
/// So a damaged certificate that nobody needs goes unnoticed here, where GnuTLS would refuse the whole bundle.
enum PEMBundle {
  private static let begin = Array("-----BEGIN ".utf8)
  private static let end = Array("-----END ".utf8)
  private static let dash = Array("-".utf8)
  private static let certificate = Array("CERTIFICATE-----".utf8)
  /// GnuTLS takes for a certificate whatever begins like one.
  private static let others = [Array("CERTIFICATE".utf8), Array("X509 CERTIFICATE".utf8)]

  /// Enough to reach the end of the subject in most certificates, and in all but the oddest, in bytes of DER.
  private static let prefixSizes = (384, 768)

  /// The certificates with one of these subjects, in PEM and in order.
  /// - Returns: Nil if the bundle isn't plain enough to be sure: then all of it is to be loaded.
  static func certificates(withSubjects names: Set<[UInt8]>, in bytes: [UInt8]) -> [UInt8]? {
    unsafe bytes.withUnsafeBytes { unsafe certificates(withSubjects: names, in: $0) }
  }

  /// The same, of a bundle in memory.
  static func certificates(withSubjects names: Set<[UInt8]>, in bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    var result: [UInt8] = []
    var position = 0
    // There are few names, and many certificates: to hash each would take longer than to compare it.
    let names = Array(names)
    while let begin = unsafe bytes.firstIndex(of: begin, from: position) {
      let label = begin + self.begin.count
      position = label
      guard unsafe bytes.starts(with: certificate, at: label) else {
        if others.contains(where: { unsafe bytes.starts(with: $0, at: label) }) { return nil }
        continue
      }
      let body = label + certificate.count
      // GnuTLS decodes up to the first dash, wherever the block ends.
      guard let end = unsafe bytes.firstIndex(of: dash, from: body), unsafe bytes.starts(with: self.end, at: end),
        let found = unsafe self.names(in: UnsafeRawBufferPointer(rebasing: bytes[body..<end]))
      else { return nil }
      position = end + self.end.count
      guard names.contains(where: { $0[...] == found.subject }) else {
        // GnuTLS may look it up all the same, depending on how its list is divided.
        if names.contains(where: { NameLikeness.isPossible($0[...], found.subject) }) { return nil }
        continue
      }
      unsafe result += unsafe bytes[begin..<position]
      result += certificate
      result.append(UInt8(ascii: "\n"))
    }
    return result
  }

  private static func names(in text: UnsafeRawBufferPointer) -> CertificateNames? {
    unsafe CertificateNames(Base64.prefix(of: text, atMost: prefixSizes.0))
      ?? CertificateNames(Base64.prefix(of: text, atMost: prefixSizes.1))
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func starts(with pattern: [UInt8], at index: Int) -> Bool {
    unsafe count - index >= pattern.count && self[index..<(index + pattern.count)].elementsEqual(pattern)
  }
}
