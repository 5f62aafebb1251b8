import FuzzDriver

@testable import GnuTLSResumption

/// Whatever a server presents or a bundle holds, reading the names in it neither crashes nor invents anything.
@main
enum FuzzCertificates {
  static func main() {
    FuzzDriver.run { input in
      if let names = CertificateNames(input) {
        for name in [names.issuer, names.subject] {
          precondition(name.first == 0x30 && input[name.startIndex..<name.endIndex] == name, "a name is a part of it")
        }
      }
      guard let picked = PEMBundle.certificates(withSubjects: [[0x30, 0]], in: input) else { return }
      let again = PEMBundle.certificates(withSubjects: [[0x30, 0]], in: picked)
      precondition(again == picked, "what was picked is picked")
      let decoded = Base64.prefix(of: input, atMost: 30)
      precondition(decoded.count <= 32 && decoded.count <= input.count / 4 * 3, "no more than there is")
    }
  }
}
