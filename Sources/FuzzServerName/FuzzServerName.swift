import FuzzDriver

@testable import GnuTLSResumption

/// Whatever is given for a server's name, its normal form is its own, and nothing is cut off on the way.
@main
enum FuzzServerName {
  static func main() {
    FuzzDriver.run { input in
      let given = String(decoding: input, as: UTF8.self)
      let name = ServerName(given)
      precondition(ServerName(name.text) == name, "a normal form is its own")
      precondition(ServerName(name.forVerification).forVerification == name.forVerification, "without a zone, too")
      precondition(name.isCut == given.utf8.contains(0), "a NUL neither comes nor goes")
      precondition(name.text.isEmpty == given.isEmpty, "nothing comes of nothing only")
      guard let asked = name.forSNI else { return }
      precondition(asked == name.text && name.forVerification == asked, "what is asked for is verified")
    }
  }
}
