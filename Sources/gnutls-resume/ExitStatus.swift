import ArgumentParser
import GnuTLSResumption

/// What went wrong, as programs are told: a number when the tool ends, and a word in JSON.
struct ExitStatus {
  static let notResumedName = "notResumed"
  static let notProvidedName = "notProvided"

  let number: Int32
  /// That of ``ConnectionError/Code-swift.struct``, `notResumed`, `notProvided`, or `local` for what is wrong on this
  /// machine.
  let name: String

  var code: ExitCode { ExitCode(number) }

  init(of error: any Error) {
    if error is NotResumed {
      (number, name) = (4, Self.notResumedName)
      return
    }
    if error is NotProvided {
      (number, name) = (7, Self.notProvidedName)
      return
    }
    guard let error = error as? ConnectionError else {
      (number, name) = (1, "local")
      return
    }
    name = error.code.rawValue
    switch error.code {
    case .notFound, .notConnected, .timedOut: number = 2
    case .notTrusted: number = 3
    case .handshake: number = 5
    case .broken, .truncated: number = 6
    default: number = 1
    }
  }
}

/// The handshake was a full one, or would always be, and that isn't wanted.
struct NotResumed: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  init(_ outcome: Outcome, _ server: HostPort, _ port: UInt16) {
    let peer = ServerIdentity(name: server.host, port: port)
    description =
      "\(peer) was met with a full handshake (\(outcome.reason?.rawValue ?? "")), where --require-resumed "
      + "is given; 'gnutls-resume why' says more"
  }
}

/// The server lacks something else that it is to have.
struct NotProvided: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// A connection that failed, in JSON: with the report's words for what both have.
struct FailedConnection: Encodable {
  struct Peer {
    let server: ServerIdentity
    /// What was connected to.
    let host: String
  }

  private let server: String
  private let port: UInt16
  private let host: String
  private let error: String
  /// For people.
  private let message: String

  /// - Parameter words: Puts the message into the user's words.
  init(_ peer: Peer, _ error: any Error, in words: (String) -> String) {
    server = peer.server.name
    port = peer.server.port
    host = peer.host
    self.error = ExitStatus(of: error).name
    message = words("\(error)")
  }
}
