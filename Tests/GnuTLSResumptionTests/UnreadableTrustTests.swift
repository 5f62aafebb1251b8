import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Who may not read the trust now")
struct UnreadableTrustTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
  }

  /// Runs the closure as somebody who has lost the right to read a file that isn't for all: of this thread alone.
  private func withoutRights<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = Self.setFileSystemUser(65_534)
    defer { _ = Self.setFileSystemUser(UInt32(bitPattern: before)) }
    return try body()
  }

  /// setfsuid(2), which Swift doesn't import.
  private static let setFileSystemUser: @convention(c) (UInt32) -> Int32 = unsafe unsafeBitCast(
    dlsym(nil, "setfsuid"), to: (@convention(c) (UInt32) -> Int32).self)

  private func write(_ name: String, _ bytes: [UInt8], mode: Int = 0o600) throws -> RawPath {
    let path = try folder.write(name, bytes)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return RawPath(path)
  }

  /// As if it had been taken later: a file changed long ago can't be made.
  private func settled(_ note: TrustNote) throws -> TrustNote {
    switch note {
    case .file(let stamp, let digest):
      var bytes: [UInt8] = []
      stamp.append(to: &bytes)
      bytes[0] = 1
      var reader = ByteReader(bytes[...])
      return .file(try #require(FileStamp(&reader)), digest)
    case .folder(let digest, _): return .folder(digest, isSettled: true)
    case .memory: return note
    }
  }

  @Test("believes nothing that was made of it", .needs(.superuser), arguments: ["file", "folder", "list"])
  func believesNothing(part: String) throws {
    let root = try CertificateAuthority()
    let leaf = try root.issue()
    var client = try Client(serving: leaf.serverCertificate, trusting: .anchors(pem: root.certificate))
    let path = try write("part", part == "list" ? root.revocationList() : root.certificate)
    switch part {
    case "file": client.policy = .file(path)
    case "folder": client.policy = .folder(RawPath(folder.path))
    default: client.policy.revocationLists = [path]
    }
    try client.visitAnew()
    try client.rewriteRecords { contents in
      var inputs = TrustInputs()
      inputs.configuration = contents.verdict?.inputs?.configuration
      for note in contents.verdict?.inputs?.notes ?? [] { inputs.append(try settled(note)) }
      contents.verdict?.inputs = inputs
    }
    let (outcome, loadedTrust) = try client.visitAnew()
    #expect(outcome.isResumed && !loadedTrust)
    withoutRights {
      let error = #expect(throws: ConnectionError.self) { () throws in try client.visitAnew() }
      #expect(error?.code == .notTrusted)
    }
    #expect(client.server.connections.count { $0.clientHello?.offersResumption == true } == 1)
  }

  @Test("nor of what an application has loaded", .needs(.superuser))
  func loaded() throws {
    let file = try #require(LoadedTrust(aboutToLoad: "/etc/shadow"))
    #expect(file.isUnchanged)
    #expect(!withoutRights { file.isUnchanged })
  }

  @Test("but still uses the key that it has loaded", .needs(.superuser))
  func key() throws {
    let file = try #require(KeyPairFile(aboutToLoad: "/etc/shadow"))
    #expect(file.isUnchanged && withoutRights { file.isUnchanged })
    let copy = try write("key", Array("key".utf8))
    let young = try #require(KeyPairFile(aboutToLoad: copy))
    #expect(!young.isUnchanged)
    #expect(KeyPairFile(aboutToLoad: RawPath(folder.path)) == nil && KeyPairFile(aboutToLoad: "/dev/null") == nil)
  }

  @Test("what can't be read is said in words, and a pipe isn't opened for it")
  func unreadablePart() throws {
    let file = try write("trust.pem", [])
    let missing = RawPath(folder.file("missing"))
    #expect(VerificationPolicy.file(file).unreadablePart() == nil)
    #expect(VerificationPolicy.folder(RawPath(folder.path)).unreadablePart() == nil)
    #expect(VerificationPolicy.anchors(pem: []).unreadablePart() == nil)
    #expect(VerificationPolicy.sessionCredentials.unreadablePart() == nil)
    let sentences = [
      VerificationPolicy.file(missing).unreadablePart(), VerificationPolicy.folder(missing).unreadablePart(),
      listing([file, missing]).unreadablePart(),
      VerificationPolicy.file(RawPath(bytes: file.bytes + [0])).unreadablePart(),
    ].map { $0?.message ?? "" }
    #expect(sentences[0] == "can't read the trust file \(missing): No such file or directory")
    #expect(sentences[1] == "can't read the trust folder \(missing): No such file or directory")
    #expect(sentences[2] == "can't read the revocation list \(missing): No such file or directory")
    #expect(sentences[3].hasSuffix("No such file or directory"))
    let pipe = folder.file("pipe")
    try #require(unsafe mkfifo(pipe, 0o600) == 0)
    #expect(VerificationPolicy.file(pipe).unreadablePart() == nil)
  }

  private func listing(_ lists: [RawPath]) -> VerificationPolicy {
    var policy = VerificationPolicy.anchors(pem: [])
    policy.revocationLists = lists
    return policy
  }

  @Test("is told so before", .needs(.superuser))
  func forbidden() throws {
    let policy = VerificationPolicy.file(try write("trust.pem", []))
    #expect(policy.unreadablePart() == nil)
    let message = withoutRights { policy.unreadablePart() }?.message
    #expect(message == "can't read the trust file \(folder.file("trust.pem")): Permission denied")
  }
}
