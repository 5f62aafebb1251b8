internal import SessionTickets

/// What is sealed for other machines, and what comes from them.
extension TicketContents {
  /// Before it is sealed for others: files' stamps are this machine's.
  mutating func giveAway(by setup: ClientSetup) {
    guard let inputs = verdict?.inputs else { return }
    verdict?.contents = TrustContents(
      inputs, for: setup.verifier?.policy.sources, TrustDigests(of: setup.engine))
    verdict?.inputs = nil
  }

  /// After it was opened: whatever it says of stamps, it isn't about this machine's files.
  mutating func takeIn(by setup: ClientSetup) {
    earlyDataLimit = 0
    guard verdict != nil else { return }
    let contents = verdict?.contents
    verdict?.contents = nil
    verdict?.inputs = nil
    guard let contents, let policy = setup.verifier?.policy else { return }
    let digests = TrustDigests(of: setup.engine)
    var sources = policy.sources
    if policy.isTrustPending {
      // Somebody else has chosen these paths: what they lead to is read only if it was trust here before, or is where trust
      // always is, and not much.
      guard contents.sources.allSatisfy({ $0.isUsual || digests.knows($0) }) else { return }
      sources = contents.sources
    }
    if let sources { verdict?.inputs = contents.inputs(for: sources, digests) }
  }
}

extension TrustSource {
  /// Below the folders where systems keep trust, by a path without detours.
  var isUsual: Bool {
    switch self {
    case .file(let path), .folder(let path):
      Self.places.contains { path.bytes.starts(with: $0.utf8) }
        && !path.bytes.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
    case .memory: true
    }
  }

  private static let places = [
    "/etc/ssl/", "/etc/pki/", "/etc/ca-certificates/", "/usr/lib/ssl/", "/usr/share/ca-certificates/",
    "/usr/share/pki/", "/usr/local/share/ca-certificates/",
  ]
}
