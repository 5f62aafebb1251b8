/// Why a preloaded program's session is not touched. The raw value is what programs are told.
package enum LeftAlone: String, Error, CaseIterable {
  case resumesByItself
  case wantsNoTickets
  case sendsEarlyData
  case needsNoCertificates
  case isUnreadable
  case hasNoName
  case hasUnknownPriorities
  case hasUnseenCredentials
  case hasUnseenCalls
  case hooksIntoFullHandshakes
  case hasOtherRoot
  case isAttachedByProgram
  case hasUnknownProgram
  case engineFailed

  /// For people.
  package var text: String {
    switch self {
    case .resumesByItself: "the program resumes by itself"
    case .wantsNoTickets: "it forbids tickets"
    case .sendsEarlyData: "it may send early data"
    case .needsNoCertificates: "it doesn't authenticate by certificates alone"
    case .isUnreadable: "its server name or protocols are no text"
    case .hasNoName: "it has no server name"
    case .hasUnknownPriorities: "its priorities are not known"
    case .hasUnseenCredentials: "its credentials were made before the engine was there"
    case .hasUnseenCalls: "calls of the program's may pass unseen"
    case .hooksIntoFullHandshakes: "its handshake hook may check what only full handshakes have"
    case .hasOtherRoot: "the program has got another root"
    case .isAttachedByProgram: "the program resumes by the library for C"
    case .hasUnknownProgram: "nothing tells which program this is"
    case .engineFailed: "GnuTLS refused the ticket"
    }
  }
}
