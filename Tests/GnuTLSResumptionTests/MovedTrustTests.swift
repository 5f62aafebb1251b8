import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Trust in a ticket that was moved")
struct MovedTrustTests {
  private let folder: TemporaryFolder
  private var source: MovingMachine
  private var destination: MovingMachine
  private let server: TLSServer

  init() throws {
    folder = try TemporaryFolder()
    source = try MovingMachine(folder.file("source"), key: 1)
    destination = try MovingMachine(folder.file("destination"), key: 2)
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  private func move() throws {
    try source.visit(server)
    #expect(try destination.take(source.export(for: destination).file, from: source).tickets == 2)
  }

  @Test("where something else is trusted, the ticket isn't offered, and stays for those whom it fits")
  mutating func otherTrust() throws {
    try move()
    destination.policy = .file(Fixture.rsa.root)
    #expect(throws: ConnectionError.self) { try destination.visit(server) }
    #expect(server.waitForConnections(2).last?.clientHello?.offersResumption == false)
    #expect(try destination.store.count().tickets == 2)
    destination.policy = .file(Fixture.ecdsa.root)
    #expect(try destination.visit(server).outcome.isResumed)
  }

  @Test("a name that isn't expected there is another identity")
  mutating func otherIdentity() throws {
    try move()
    destination.policy.pins = [try #require(PublicKeyPin([UInt8](repeating: 1, count: 32)))]
    #expect(throws: ConnectionError.self) { try destination.visit(server) }
    #expect(server.waitForConnections(2).last?.clientHello?.offersResumption == false)
  }

  @Test("a file's stamp is this machine's alone: the stored peer is verified again, by the trust there")
  mutating func stamps() throws {
    // So large and so old that its stamp is noted, and no digest.
    let trust = folder.file("trust.pem")
    try Data(contentsOf: URL(fileURLWithPath: Client.fixture("ecdsa-root-large.pem"))).write(
      to: URL(fileURLWithPath: trust))
    Thread.sleep(forTimeInterval: 3.1)
    source.policy = .file(trust)
    destination.policy = .file(trust)
    try move()
    for contents in try destination.contents() {
      #expect(contents.verdict != nil && contents.verdict?.inputs == nil && contents.verdict?.contents == nil)
    }
    let (outcome, loadedTrust) = try destination.visit(server)
    #expect(outcome.isResumed && loadedTrust)
  }

  @Test("trust that was noted by its contents is known there too, where it is the same, and only there")
  mutating func contents() throws {
    let pem = Array(try Data(contentsOf: URL(fileURLWithPath: Fixture.ecdsa.root)))
    let other = Array(try Data(contentsOf: URL(fileURLWithPath: Fixture.rsa.root)))
    source.policy = .anchors(pem: pem)
    try move()
    destination.policy = .anchors(pem: pem)
    var (outcome, loadedTrust) = try destination.visit(server)
    #expect(outcome.isResumed && !loadedTrust)
    destination.policy = .anchors(pem: other + pem)
    (outcome, loadedTrust) = try destination.visit(server)
    #expect(outcome.isResumed && loadedTrust)
  }

  @Test("stamps that a file brings along say nothing, even if they are those of this machine's trust")
  mutating func forgedStamps() throws {
    let trust = folder.file("trust.pem")
    try Data(contentsOf: URL(fileURLWithPath: Fixture.ecdsa.root)).write(to: URL(fileURLWithPath: trust))
    Thread.sleep(forTimeInterval: 3.1)
    destination.policy = .file(trust)
    try source.visit(server)
    let stamp = try #require(FileStamp(path: RawPath(trust)))
    let entries = try source.contents().map { contents in
      var contents = contents
      var inputs = TrustInputs()
      inputs.configuration = GnuTLSConfiguration.current
      inputs.append(.file(stamp, nil))
      contents.verdict?.inputs = inputs
      return MovedTickets.Entry(kind: .ticket, contents: contents)
    }
    let recipient = try destination.id().publicKey
    let pair = try source.key.newest.moveKeyPair(of: #require(try source.mover.marks.id(create: true)))
    let header = TicketMover.magic + recipient + pair.publicKey
    let bytes = MovedTickets(gnutlsVersion: GnuTLSVersion.current, entries: entries).bytes
    let file =
      try header + MoveSeal.seal(bytes, associatedData: header, info: TicketMover.info, from: pair, to: recipient)
    #expect(try destination.take(file, from: source).tickets == 2)
    let (outcome, loadedTrust) = try destination.visit(server)
    #expect(outcome.isResumed && loadedTrust)
  }

  @Test("a machine whose clock is behind takes away no ticket that is of the future there")
  mutating func clockBehind() throws {
    destination.clock.advance(seconds: -5)
    try move()
    let ids = try destination.store.fold(Set<RecordID>()) { $0.union([$1.key.id]) }
    server.update { $0.tickets.count = 0 }
    #expect(try destination.visit(server).outcome.reason == .expired)
    #expect(try destination.store.fold(Set<RecordID>()) { $0.union([$1.key.id]) } == ids && ids.count == 2)
    destination.clock.advance(seconds: 5)
    #expect(try destination.visit(server).outcome.isResumed)
  }

  @Test("a moved ticket carries no early data, whatever its server allowed, and whatever the file says")
  mutating func earlyData() throws {
    let marks = try TemporaryFolder(in: "/dev/shm/")
    server.update {
      $0.maxEarlyData = 1_000
      $0.earlyData = .acceptedWithReplays
    }
    func send(_ machine: MovingMachine) throws -> EarlyDataOutcome? {
      var configuration = TLSConfiguration()
      configuration.serverName = "localhost"
      configuration.verification = .engineVerifies(machine.policy)
      configuration.resumption = machine.engine
      configuration.earlyDataMarks = RawPath(marks.file("marks"))
      let connection = try TLSConnection.connect(
        to: "127.0.0.1", port: server.port, configuration: configuration, earlyData: [1, 2, 3])
      _ = try connection.read()
      connection.close()
      return connection.outcome.earlyData
    }
    _ = try send(source)
    #expect(try source.contents().contains { $0.earlyDataLimit > 0 && !$0.marksID.isEmpty })
    #expect(try destination.take(source.export(for: destination).file, from: source).tickets == 2)
    for contents in try destination.contents() {
      #expect(contents.earlyDataLimit == 0 && contents.marksID.isEmpty && contents.isMoved)
    }
    #expect(try send(destination) == .notOffered(.notAllowed))
    let seen = try #require(server.waitForConnections(2).last)
    #expect(seen.isResumed && !seen.acceptedEarlyData && seen.earlyDataReceived == 0)
  }
}
