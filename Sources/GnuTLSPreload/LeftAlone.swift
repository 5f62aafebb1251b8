/// Why a session is not touched.
struct LeftAlone: Error {
  /// For people.
  let text: String

  static let resumesByItself = LeftAlone(text: "the program resumes by itself")
  static let wantsNoTickets = LeftAlone(text: "it forbids tickets")
  static let sendsEarlyData = LeftAlone(text: "it may send early data")
  static let needsNoCertificates = LeftAlone(text: "it doesn't authenticate by certificates alone")
  static let isUnreadable = LeftAlone(text: "its server name or protocols are no text")
  static let hasNoName = LeftAlone(text: "it has no server name")
  static let hasUnknownPriorities = LeftAlone(text: "its priorities are not known")
  static let hasUnseenCredentials = LeftAlone(text: "its credentials were made before the engine was there")
  static let hasUnseenCalls = LeftAlone(text: "calls of the program's may pass unseen")
  static let hooksIntoFullHandshakes = LeftAlone(text: "its handshake hook may check what only full handshakes have")
  static let hasOtherRoot = LeftAlone(text: "the program has got another root")
  static let isAttachedByProgram = LeftAlone(text: "the program resumes by the library for C")
  static let hasUnknownProgram = LeftAlone(text: "nothing tells which program this is")
  static let engineFailed = LeftAlone(text: "GnuTLS refused the ticket")
}
