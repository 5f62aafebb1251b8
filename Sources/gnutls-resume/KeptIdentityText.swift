import GnuTLSResumption

extension KeptIdentity {
  /// In a few words: who verifies, and all that isn't as usual. ALPN has a place of its own.
  /// - Parameter server: The name that is expected as a rule.
  func policy(for server: String) -> String {
    var words: [String]
    switch verifier {
    case .engine: words = ["verified"]
    case .application: words = ["verified by the program"]
    case .nobody: words = ["not verified"]
    }
    if !pins.isEmpty { words.append(pins.count == 1 ? "1 pin" : "\(pins.count) pins") }
    if expectedName != server { words.append("for \(expectedName)") }
    if let priority { words.append("priority \(isPriorityAppended ? "…:" : "")\(priority)") }
    if clientCertificate != nil { words.append("client certificate") }
    // What a preloaded program's stands for, its name stands for as well.
    if !partition.isEmpty, !partition.hasPrefix("preload\n") { words.append("partition \(partition)") }
    return words.joined(separator: ", ")
  }
}

/// The fields of an identity in JSON, the same wherever one is told of.
struct IdentityJSON: Encodable {
  let identity: KeptIdentity?

  enum CodingKeys: CodingKey {
    case alpnProtocols, verification, pins, expectedName, priority, clientCertificate, partition
  }

  // By hand: what is absent is null, not left out.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(identity?.applicationProtocols, forKey: .alpnProtocols)
    try container.encode(identity?.verifier.rawValue, forKey: .verification)
    try container.encode(identity?.pins.map { hexadecimal($0.digest) }, forKey: .pins)
    try container.encode(identity?.expectedName, forKey: .expectedName)
    try container.encode(
      identity?.priority.map { (identity?.isPriorityAppended == true ? "+" : "") + $0 }, forKey: .priority)
    try container.encode(identity?.clientCertificate.map(hexadecimal), forKey: .clientCertificate)
    try container.encode(identity?.partition, forKey: .partition)
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
