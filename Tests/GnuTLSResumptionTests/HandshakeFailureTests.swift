import ScriptableTLSServer
import Testing

@testable import GnuTLSResumption

@Suite("A handshake that fails without an offer is reported, not tried again")
struct HandshakeFailureTests {
  @Test(
    "as it is, after one connection", arguments: FailurePoint.withoutOffer,
    FailurePoint.actions)
  func withoutOffer(point: FailurePoint, action: HandshakeFailure.Action) throws {
    var script = point.mode.script
    script.failure = point.failure(action, onlyWhenResuming: false)
    let client = try Client(script)
    let error = #expect(throws: ConnectionError.self) { try client.connect() }
    expectFailure(error, at: point, of: action)
    // The server accepts in order: a second try would have come before this one.
    client.server.update { $0.failure = nil }
    #expect(try client.exchange().reason == .noTicket)
    #expect(client.server.waitForConnections(2).map(\.failedByScript) == [true, false])
  }

  @Test(
    "also after one with an offer: two connections", arguments: FailurePoint.withoutOffer,
    FailurePoint.actions)
  func secondFailure(point: FailurePoint, action: HandshakeFailure.Action) throws {
    let client = try Client(point.mode.script)
    try client.exchange()
    // Else the messages of a full handshake wouldn't come with the first try.
    client.server.restart(withFreshKeys: true)
    client.server.update { $0.failure = point.failure(action, onlyWhenResuming: false) }
    let error = #expect(throws: ConnectionError.self) { try client.connect() }
    expectFailure(error, at: point, of: action)
    client.server.update { $0.failure = nil }
    try client.exchange()
    let seen = client.server.waitForConnections(4)
    #expect(seen.map(\.failedByScript) == [false, true, true, false])
    #expect(seen.prefix(3).map { $0.clientHello?.offersResumption } == [false, true, false])
  }

  private func expectFailure(
    _ error: ConnectionError?, at point: FailurePoint, of action: HandshakeFailure.Action,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(error?.code == .handshake, "\(error as Any)", sourceLocation: sourceLocation)
    if case .alert(let number) = action {
      guard point.alertIsReadable else { return }
      #expect(error?.underlying?.alert == UInt32(number), "\(error as Any)", sourceLocation: sourceLocation)
    } else {
      #expect(error?.underlying?.isBareClose == true, "\(error as Any)", sourceLocation: sourceLocation)
    }
  }
}
