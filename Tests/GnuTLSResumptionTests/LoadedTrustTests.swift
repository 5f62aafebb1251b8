import CGnuTLS
import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Trust that the owner of a session has loaded from known files")
struct LoadedTrustTests {
  let client: Client

  init() throws { client = try Client() }

  /// A run of an application that verifies too. Returns the outcome after one answer.
  private func run(loading caFile: String?, known files: [String]?) throws -> Outcome {
    let session = try RawSession(port: client.server.port, caFile: caFile)
    let loaded = files?.compactMap { LoadedTrust(aboutToLoad: $0) }
    let policy = loaded.map { VerificationPolicy.sessionCredentials(loadedFrom: $0) } ?? .sessionCredentials
    let attachment = unsafe try ForeignAttachment(
      client.resumption(), to: session.pointer,
      identity: ConnectionIdentity(server: ServerIdentity(name: "localhost", port: client.server.port)),
      policy: policy, hook: nil)
    defer { attachment.detach() }
    let result = session.handshake()
    #expect(result == 0)
    guard attachment.handshakeSucceeded() else { throw Refused() }
    session.send("hello")
    #expect(try session.receive().get() == Array("hello".utf8))
    attachment.keep()
    return attachment.outcome
  }

  private struct Refused: Error {}

  private let root = Client.fixture("ecdsa-root.pem")

  @Test("a verdict stands while the files are unchanged: the stored chain isn't verified again")
  func stands() throws {
    #expect(try run(loading: root, known: [root]).ticketsStored == 2)
    // Without the anchor a verification would fail.
    #expect(try run(loading: nil, known: [root]).isResumed)
    #expect(try run(loading: nil, known: [root]).isResumed)
  }

  @Test("where the files aren't known, or others, or more, the stored chain is verified again")
  func othersDoNot() throws {
    #expect(try run(loading: root, known: [root]).ticketsStored == 2)
    for known in [nil, [Client.fixture("ecdsa-other-root.pem")], [root, root]] {
      #expect(throws: Refused.self) { try run(loading: nil, known: known) }
    }
    #expect(client.server.waitForConnections(4).map(\.isResumed) == [Bool](repeating: false, count: 4))
    // Nothing is lost by it.
    #expect(try run(loading: root, known: [root]).isResumed)
  }

  @Test("a file that may have changed since it was loaded tells nothing")
  func unsettled() throws {
    let folder = try TemporaryFolder()
    let copy = folder.file("root.pem")
    try FileManager.default.copyItem(atPath: root, toPath: copy)
    let file = try #require(LoadedTrust(aboutToLoad: copy))
    #expect(!file.isUnchanged)
    #expect(try #require(LoadedTrust(aboutToLoad: root)).isUnchanged)
    #expect(LoadedTrust(aboutToLoad: copy + "-missing") == nil)
    #expect(try run(loading: copy, known: [copy]).ticketsStored == 2)
    #expect(throws: Refused.self) { try run(loading: nil, known: [copy]) }
  }

  @Test("of what comes out of a pipe or a device, a stamp tells nothing")
  func notRegular() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.file("pipe")
    try #require(unsafe mkfifo(pipe, 0o600) == 0)
    for path in [pipe, "/dev/null", folder.path] { #expect(LoadedTrust(aboutToLoad: path) == nil, "\(path)") }
  }
}
