/// Groups by their numbers (IANA, TLS Supported Groups), in GnuTLS's names.
enum GroupNumber {
  private static let names: [UInt16: String] = [
    23: "SECP256R1", 24: "SECP384R1", 25: "SECP521R1", 29: "X25519", 30: "X448", 256: "FFDHE2048", 257: "FFDHE3072",
    258: "FFDHE4096", 259: "FFDHE6144", 260: "FFDHE8192", 4587: "SECP256R1-MLKEM768", 4588: "X25519-MLKEM768",
    4589: "SECP384R1-MLKEM1024",
  ]

  /// The number in hexadecimal where there is no name.
  static func name(_ number: UInt16) -> String {
    if let name = names[number] { return name }
    let digits = String(number, radix: 16)
    return "0x" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
