/// Whether a server resumes, in one word.
package enum Resumes: String, Sendable {
  case yes
  /// Some offers were taken.
  case sometimes
  /// Not with the newest version that it speaks, but with TLS 1.2.
  case onlyTLS12
  case no

  package enum Reason: String, Sendable {
    /// The server gives neither tickets nor session ids.
    case nothingGiven
    /// What it gives isn't for keeping: a lifetime of 0.
    case nothingUsable
    case declined
    case withoutExtendedMasterSecret
    /// Offers break the handshake.
    case broken
    /// The offer could not be made: time is over, or the network failed.
    case untried
  }
}

extension ProbeFindings {
  /// At the address that was asked everything.
  package var resumes: Resumes {
    if let tls13 {
      if tls13.offers.taken > 0 { return tls13.offers.taken == tls13.offers.made ? .yes : .sometimes }
      return (tls12?.offers.taken ?? 0) > 0 ? .onlyTLS12 : .no
    }
    guard let offers = tls12?.offers, offers.taken > 0 else { return .no }
    // Tickets and session ids are asked apart: either is enough.
    return .yes
  }

  /// Why not with the newest version; nil where it does.
  package var reason: Resumes.Reason? {
    switch resumes {
    case .yes, .sometimes: nil
    case .onlyTLS12, .no:
      if let tls13 { reason(tls13) } else { tls12.map(reason) ?? .untried }
    }
  }

  private func reason(_ tls13: TLS13Findings) -> Resumes.Reason {
    if tls13.offers.broken > 0 { return .broken }
    if tls13.offers.made > 0 { return .declined }
    guard !tls13.tickets.isEmpty else { return .nothingGiven }
    return tls13.tickets.allSatisfy { $0.lifetime == 0 } ? .nothingUsable : .untried
  }

  private func reason(_ tls12: TLS12Findings) -> Resumes.Reason {
    if tls12.offers.broken > 0 { return .broken }
    let both = [tls12.tickets, tls12.sessionIDs]
    if both.contains(.declined) { return .declined }
    if both.contains(.withoutExtendedMasterSecret) { return .withoutExtendedMasterSecret }
    return both.contains(.notGiven) ? .nothingGiven : .untried
  }

  /// Whether all addresses that were tried take each other's tickets; nil if none was.
  package var sharesKeys: Bool? {
    let tried = others.filter { $0.outcome != .failed }
    return tried.isEmpty ? nil : tried.allSatisfy { $0.outcome == .resumed }
  }
}
