import GnuTLSResumption

/// What one address gives, offered at the others.
extension ServerProbe {
  /// A farm's machines may have keys of their own for what they give.
  mutating func probeOthers(_ addresses: [String]) {
    guard session != nil || (findings.tls13?.offers.taken ?? 0) > 0 else { return }
    // Nobody has answered there.
    let dead = findings.failures.filter { $0.step == .first }.map(\.address)
    findings.others = dead.map { ProbeFindings.OtherAddress(address: $0, outcome: .failed) }
    let others = addresses.filter { $0 != findings.home && !dead.contains($0) }
    for address in others.prefix(ProbeLimits.mostOthers) {
      let isWithoutTickets = session?.isWithoutTickets ?? false
      guard let offer = session?.session ?? tickets.popLast(),
        let result = connect(
          .otherAddress, at: address,
          {
            $0.offer = offer
            $0.isWithoutTickets = isWithoutTickets
          })
      else { return }
      let outcome: ProbeFindings.OtherOutcome
      switch result {
      case .success(let connection) where connection.wasOffered: outcome = connection.isResumed ? .resumed : .declined
      default: outcome = .failed
      }
      findings.others.append(ProbeFindings.OtherAddress(address: address, outcome: outcome))
    }
  }
}
