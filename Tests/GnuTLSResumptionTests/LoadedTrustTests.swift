import CGnuTLS
import Foundation
import Glibc
import ScriptableTLSServer
import SessionTickets
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

  // MARK: What was read

  private func read(_ path: String, keepsStamps: Bool = true, after seconds: Int = 0) throws -> ReadFile {
    var status = stat()
    try #require(unsafe stat(path, &status) == 0)
    let digest = SHA256.digest(Array(try Data(contentsOf: URL(fileURLWithPath: path))))
    return ReadFile(status, keepsStamps: keepsStamps, time: Int64(time(nil) + seconds), digest)
  }

  @Test("what was read of a file is noted as the file would be, and holds whatever becomes of the file")
  func readFile() throws {
    let folder = try TemporaryFolder()
    let link = folder.file("root.pem")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: root)
    let loaded = try #require(LoadedTrust(file: RawPath(link), read: read(link)))
    #expect(loaded.note == LoadedTrust(aboutToLoad: link)?.note)
    try FileManager.default.removeItem(atPath: link)
    #expect(loaded.isUnchanged && loaded.confirmation(of: loaded.note) != nil)
    // Read so soon after a change that another could hide.
    var status = stat()
    try #require(unsafe stat(root, &status) == 0)
    let soon = try #require(
      LoadedTrust(file: RawPath(root), read: read(root, after: status.st_ctim.tv_sec - time(nil) + 1)))
    #expect(soon.confirmation(of: soon.note) == nil && soon.confirmation(of: loaded.note) != nil)
    // By contents where stamps don't tell.
    let unkept = try #require(LoadedTrust(file: RawPath(root), read: read(root, keepsStamps: false)))
    let other = Client.fixture("ecdsa-other-root.pem")
    #expect(unkept.confirmation(of: unkept.note) != nil)
    #expect(try LoadedTrust(file: RawPath(root), read: read(other))?.confirmation(of: unkept.note) == nil)
    #expect(loaded.confirmation(of: .folder(.zero, isSettled: true)) == nil)
  }

  @Test("what was read of a folder is noted as the folder would be, whatever the order", arguments: [true, false])
  func readFolder(keepsStamps: Bool) throws {
    let folder = try TemporaryFolder()
    let targets = [("a", "ecdsa-root.pem"), ("b", "rsa-root.pem"), ("c", "ecdsa-root.pem")]
    for (name, target) in targets {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file(name), withDestinationPath: Client.fixture(target))
    }
    var files: [(name: RawPath?, file: ReadFile)] = []
    for (name, _) in targets {
      files.append((RawPath(name), try read(folder.file(name), keepsStamps: keepsStamps)))
    }
    let path = RawPath(folder.path)
    let loaded = try #require(LoadedTrust(folder: path, read: files))
    #expect(LoadedTrust(folder: path, read: files.reversed()) == loaded)
    #expect((loaded.note == TrustNote(.folder(path))) == keepsStamps)
    #expect(loaded.confirmation(of: loaded.note) != nil)
    #expect(LoadedTrust(folder: path, read: files.dropLast())?.confirmation(of: loaded.note) == nil)
    let other: [(name: RawPath?, file: ReadFile)] = [
      (RawPath("a"), files[1].file), (RawPath("b"), files[0].file), files[2],
    ]
    #expect(LoadedTrust(folder: path, read: other)?.confirmation(of: loaded.note) == nil)
    #expect(LoadedTrust(folder: path, read: [(nil, files[0].file)]) == nil)
  }

  @Test("of what comes out of a pipe or a device, a stamp tells nothing")
  func notRegular() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.file("pipe")
    try #require(unsafe mkfifo(pipe, 0o600) == 0)
    for path in [pipe, "/dev/null", folder.path] { #expect(LoadedTrust(aboutToLoad: path) == nil, "\(path)") }
  }
}
