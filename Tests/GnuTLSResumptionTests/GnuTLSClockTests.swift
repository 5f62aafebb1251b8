import Foundation
import ScriptableTLSServer
import SessionTicketsLocking
import TestPeers
import Testing

@Suite("A clock of GnuTLS for one thread")
struct GnuTLSClockTests {
  private static let day = 86_400
  private let root: CertificateAuthority
  /// Good since yesterday, and until tomorrow.
  private let leaf: IssuedCertificate

  init() throws {
    root = try CertificateAuthority()
    var options = CertificateOptions()
    options.notAfter = Int64(Date().timeIntervalSince1970) + Int64(Self.day)
    leaf = try root.issue(options)
  }

  private func status() throws -> CertificateStatus {
    try PlainVerification(roots: root.certificate).status(of: leaf.chain)
  }

  @Test("is later or earlier within the closure, and the system's afterwards")
  func shifts() throws {
    #expect(try status() == [])
    #expect(try GnuTLSClock.shifted(bySeconds: Self.day / 2, status) == [])
    #expect(try GnuTLSClock.shifted(bySeconds: 2 * Self.day, status) == [.invalid, .expired])
    #expect(try GnuTLSClock.shifted(bySeconds: -2 * Self.day, status) == [.invalid, .notActivated])
    #expect(try status() == [])
  }

  @Test("is set back to what it was, also from within another shift and after an error")
  func nests() throws {
    try GnuTLSClock.shifted(bySeconds: 2 * Self.day) { () throws in
      #expect(try GnuTLSClock.shifted(bySeconds: 0, status) == [])
      #expect(throws: CancellationError.self) {
        try GnuTLSClock.shifted(bySeconds: -2 * Self.day) { throw CancellationError() }
      }
      #expect(try status() == [.invalid, .expired])
    }
    #expect(throws: CancellationError.self) {
      try GnuTLSClock.shifted(bySeconds: 2 * Self.day) { throw CancellationError() }
    }
    #expect(try status() == [])
  }

  @Test("goes unnoticed by other threads")
  func otherThreads() throws {
    let seen = Lock<[CertificateStatus?]>([])
    try GnuTLSClock.shifted(bySeconds: 2 * Self.day) { () throws in
      #expect(try status() == [.invalid, .expired])
      let threads = DispatchGroup()
      for _ in 0..<4 {
        threads.enter()
        Thread.detachNewThread {
          let status = try? status()
          seen.withLock { $0.append(status) }
          threads.leave()
        }
      }
      threads.wait()
      #expect(try status() == [.invalid, .expired])
    }
    #expect(seen.withLock { $0 } == Array(repeating: [], count: 4))
  }

  @Test("decides for a client's handshake, whose server keeps the time")
  func handshake() throws {
    let server = try TLSServer(certificate: leaf.serverCertificate)
    let folder = try TemporaryFolder()
    let trust = try folder.write("root.pem", root.certificate)
    func visit() throws -> CertificateStatus {
      let session = try RawSession(port: server.port, caFile: trust)
      #expect(session.handshake() == 0)
      return try session.verifyPeer()
    }
    #expect(try visit() == [])
    #expect(try GnuTLSClock.shifted(bySeconds: 2 * Self.day, visit) == [.invalid, .expired])
  }
}
