import ArgumentParser
import GnuTLSResumption
import ServerProbe

/// What a server may be expected to have.
enum ProbeExpectation: String, CaseIterable, ExpressibleByArgument {
  case resumption
  case earlyData = "early-data"
  case tls13 = "tls1.3"

  func isMet(by findings: ProbeFindings) -> Bool {
    switch self {
    case .resumption: findings.resumes == .yes
    case .earlyData: (findings.tls13?.earlyDataLimit ?? 0) > 0
    case .tls13: findings.tls13 != nil
    }
  }

  /// In JSON.
  var errorName: String { self == .resumption ? ExitStatus.notResumedName : ExitStatus.notProvidedName }

  func error(of server: ServerIdentity) -> any Error {
    let text = "\(server) lacks what --expect asks for: \(rawValue)"
    return self == .resumption ? NotResumed(text) : NotProvided(text)
  }
}
