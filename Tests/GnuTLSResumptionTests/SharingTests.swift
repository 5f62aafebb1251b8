import Foundation
import ScriptableTLSServer
import SessionTickets
import SessionTicketsLocking
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Tickets that several machines share")
struct SharingTests {
  private let server: TLSServer
  private let shared = MemoryStore()
  private let folder: TemporaryFolder

  init() throws {
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
    folder = try TemporaryFolder()
  }

  /// A machine: a store and a key of its own, its own copy of the trust file, and the shared store.
  private struct Machine {
    let local = MemoryStore()
    let key: UInt8
    let trust: String
  }

  private func machine(_ number: UInt8) throws -> Machine {
    let trust = folder.file("trust-\(number).pem")
    try Data(contentsOf: URL(fileURLWithPath: Fixture.ecdsa.root)).write(to: URL(fileURLWithPath: trust))
    return Machine(key: number, trust: trust)
  }

  private func key(_ number: UInt8) throws -> MasterKeySource {
    .keys(KeyRing(newest: try #require(MasterKey([UInt8](repeating: number, count: 32)))))
  }

  private func engine(
    of machine: Machine, sharing servers: SharedServers = .all, in store: (any TicketStore)? = nil,
    sharedKey: UInt8 = 99
  ) throws -> Resumption {
    Resumption(
      store: machine.local, masterKey: try key(machine.key),
      sharing: Sharing(of: servers, in: store ?? shared, masterKey: try key(sharedKey)))
  }

  @discardableResult
  private func visit(
    _ machine: Machine, _ engine: Resumption? = nil, policy: VerificationPolicy? = nil
  ) throws -> (outcome: Outcome, loadedTrust: Bool) {
    var configuration = TLSConfiguration()
    configuration.serverName = "localhost"
    configuration.verification = .engineVerifies(policy ?? .file(machine.trust))
    configuration.drain = .patient
    configuration.resumption = try engine ?? self.engine(of: machine)
    let connection = try TLSConnection.connect(to: "127.0.0.1", port: server.port, configuration: configuration)
    connection.close()
    return (connection.outcome, configuration.credentials.hasLoadedTrust)
  }

  @Test("a machine resumes by another's ticket without loading trust: by contents, whatever the stamps say")
  func withoutTrust() throws {
    let (first, second) = (try machine(1), try machine(2))
    #expect(try visit(first).outcome.reason == .noTicket)
    let (outcome, loadedTrust) = try visit(second)
    #expect(outcome.isResumed && !loadedTrust)
    #expect(try shared.count().tickets > 0)
    #expect(try first.local.count().tickets == 0 && second.local.count().tickets == 0)
  }

  @Test("a machine whose clock is behind takes away no ticket that is of the future there")
  func clockBehind() throws {
    let (first, second) = (try machine(1), try machine(2))
    try visit(first)
    let ids = try shared.fold(Set<RecordID>()) { $0.union([$1.key.id]) }
    var options = ResumptionOptions()
    options.clock = { WallTime.now().advanced(bySeconds: -5) }
    let late = Resumption(
      store: second.local, masterKey: try key(second.key),
      sharing: Sharing(of: .all, in: shared, masterKey: try key(99)), options: options)
    #expect(try visit(second, late).outcome.reason == .expired)
    #expect(try shared.fold(Set<RecordID>()) { $0.union([$1.key.id]) }.isSuperset(of: ids))
    #expect(try visit(first).outcome.isResumed)
  }

  @Test("what a machine takes to judge a ticket is not the store's time: it is still claimed")
  func slowJudgement() throws {
    let (first, second) = (try machine(1), try machine(2))
    try visit(first)
    var options = ResumptionOptions()
    options.clock = {
      usleep(100_000)
      return WallTime.now()
    }
    var sharing = Sharing(of: .all, in: TimedStore(shared, delay: 1), masterKey: try key(99))
    sharing.claimMilliseconds = 150
    let slow = Resumption(store: second.local, masterKey: try key(second.key), sharing: sharing, options: options)
    let outcome = try visit(second, slow).outcome
    #expect(outcome.isResumed && outcome.storeError == nil, "\(outcome)")
  }

  @Test("nor is what it takes to prepare what is kept: it is still stored")
  func slowKeeping() throws {
    let machine = try machine(1)
    var options = ResumptionOptions()
    options.mayStore = { _ in
      usleep(300_000)
      return true
    }
    var sharing = Sharing(of: .all, in: TimedStore(shared, delay: 1), masterKey: try key(99))
    sharing.keepMilliseconds = 200
    let slow = Resumption(store: machine.local, masterKey: try key(machine.key), sharing: sharing, options: options)
    let outcome = try visit(machine, slow).outcome
    #expect(outcome.ticketsStored > 0 && outcome.storeError == nil, "\(outcome)")
  }

  @Test("what was digested is noted: not once more while the file's stamp tells")
  func noted() throws {
    let (first, second) = (try machine(1), try machine(2))
    // Older than the two seconds within which a stamp doesn't tell.
    Thread.sleep(forTimeInterval: 3.1)
    try visit(first)
    try visit(second)
    let digests = TrustDigests(of: try engine(of: second))
    #expect(digests.knows(.file(RawPath(second.trust))))
    #expect(!digests.knows(.file(RawPath(first.trust))))
    let known = try #require(digests.file(RawPath(second.trust)))
    #expect(known.contents == SHA256.digest(Array(try Data(contentsOf: URL(fileURLWithPath: second.trust)))))
  }

  @Test("another trust's machine judges anew, by its own: refused, and the ticket stays for those whom it fits")
  func otherTrust() throws {
    let (first, second) = (try machine(1), try machine(2))
    try visit(first)
    let before = try shared.count().tickets
    let other = folder.file("other.pem")
    try Data(contentsOf: URL(fileURLWithPath: Fixture.rsa.root)).write(to: URL(fileURLWithPath: other))
    #expect(throws: ConnectionError.self) { try visit(second, policy: .file(other)) }
    #expect(try shared.count().tickets == before)
    let both = folder.file("both.pem")
    let texts = try [other, second.trust].map { try String(contentsOfFile: $0, encoding: .utf8) }
    try texts.joined().write(toFile: both, atomically: true, encoding: .utf8)
    let (outcome, loadedTrust) = try visit(second, policy: .file(both))
    #expect(outcome.isResumed && loadedTrust)
  }

  @Test("a folder of anchors is told by its files' names and contents")
  func trustFolder() throws {
    let machines = [try machine(1), try machine(2)]
    let folders = try machines.map { machine in
      let path = folder.file("anchors-\(machine.key)")
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      for (name, root) in [("a.pem", Fixture.ecdsa.root), ("b.pem", Fixture.rsa.root)] {
        try FileManager.default.copyItem(atPath: root, toPath: "\(path)/\(name)")
      }
      return path
    }
    Thread.sleep(forTimeInterval: 3.1)
    try visit(machines[0], policy: .folder(folders[0]))
    var (outcome, loadedTrust) = try visit(machines[1], policy: .folder(folders[1]))
    #expect(outcome.isResumed && !loadedTrust)
    try FileManager.default.removeItem(atPath: "\(folders[1])/b.pem")
    (outcome, loadedTrust) = try visit(machines[1], policy: .folder(folders[1]))
    #expect(outcome.isResumed && loadedTrust)
  }

  @Test("what a record names is looked at where trust is kept, and nowhere else that nobody here has named")
  func usualPlaces() {
    for path in [
      "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
      "/usr/share/ca-certificates/mozilla/A.crt", "/usr/local/share/ca-certificates/A.crt",
    ] { #expect(TrustSource.file(RawPath(path)).isUsual, "\(path)") }
    #expect(TrustSource.folder(RawPath("/etc/ssl/certs")).isUsual)
    // A folder as large as these would hold each connection up.
    for path in ["/usr/lib", "/usr/bin", "/etc", "/usr/lib/x86_64-linux-gnu", "/", "", "/home/ssl"] {
      #expect(!TrustSource.folder(RawPath(path)).isUsual, "\(path)")
    }
    for path in ["/etc/shadow", "/etc/ssl/../passwd", "/etc/sslcerts", "/usr/lib/locale/locale-archive"] {
      #expect(!TrustSource.file(RawPath(path)).isUsual, "\(path)")
    }
  }

  @Test("stamps that come from elsewhere say nothing, even if they are those of this machine's file")
  func foreignStamps() throws {
    let (first, second) = (try machine(1), try machine(2))
    try visit(first)
    let ring = KeyRing(newest: try #require(MasterKey([UInt8](repeating: 99, count: 32))))
    let stamp = try #require(FileStamp(path: RawPath(second.trust)))
    var changed = 0
    for summary in try shared.fold([], { $0 + [$1] }) {
      let record = try #require(try shared.read(summary.key))
      var contents = try #require(ring.contents(of: record, identity: summary.key.place.identity))
      #expect(contents.verdict?.inputs == nil, "no stamp is given away")
      let configuration = try #require(contents.verdict?.contents?.configuration)
      var inputs = TrustInputs()
      inputs.configuration = configuration
      inputs.append(.file(stamp, nil))
      contents.verdict?.contents = nil
      contents.verdict?.inputs = inputs
      let forged = try contents.sealed(
        as: .ticket, expiry: record.header.expiry, at: summary.key.place, under: ring.newest)
      #expect(try shared.replace(summary.key, by: forged, now: .now()))
      changed += 1
    }
    #expect(changed > 0)
    let (outcome, loadedTrust) = try visit(second)
    #expect(outcome.isResumed && loadedTrust)
  }

  @Test("no ticket from there carries early data, whatever its server allows")
  func earlyData() throws {
    try visit(try machine(1))
    let ring = KeyRing(newest: try #require(MasterKey([UInt8](repeating: 99, count: 32))))
    for summary in try shared.fold([], { $0 + [$1] }) {
      let record = try #require(try shared.read(summary.key))
      #expect(ring.contents(of: record, identity: summary.key.place.identity)?.earlyDataLimit == 0)
    }
  }

  @Test("other servers' tickets stay on the machine")
  func unshared() throws {
    let (first, second) = (try machine(1), try machine(2))
    let servers = try SharedServers(["example.com", "*.example.org"])
    try visit(first, engine(of: first, sharing: servers))
    #expect(try shared.count().tickets == 0 && first.local.count().tickets > 0)
    #expect(try visit(second, engine(of: second, sharing: servers)).outcome.reason == .noTicket)
    #expect(try visit(first, engine(of: first, sharing: servers)).outcome.isResumed)
  }

  @Test("another key's tickets aren't found")
  func otherKey() throws {
    let (first, second) = (try machine(1), try machine(2))
    try visit(first)
    #expect(try visit(second, engine(of: second, sharedKey: 98)).outcome.reason == .noTicket)
  }

  @Test("without the shared key, or the store, the connection is made, and says why")
  func missing() throws {
    let machine = try machine(1)
    let missing = Resumption(
      store: machine.local, masterKey: try key(1),
      sharing: Sharing(of: .all, in: shared, masterKey: .handedOutFile(RawPath(folder.file("missing")))))
    let outcome = try visit(machine, missing).outcome
    #expect(outcome.reason == .storeUnavailable && outcome.storeError?.message.contains("key import") == true)
    let failing = Resumption(
      store: machine.local, masterKey: try key(1),
      sharing: Sharing(failing: StoreError(.unavailable, "so it is", place: "")))
    #expect(try visit(machine, failing).outcome.storeError?.message == "so it is")
    #expect(try shared.count().tickets == 0 && machine.local.count().tickets == 0)
  }

  @Test("a store that fails: the connection is made, nothing is kept here instead")
  func failing() throws {
    let machine = try machine(1)
    let store = MemoryStore()
    store.close()
    let outcome = try visit(machine, engine(of: machine, in: store)).outcome
    #expect(outcome.reason == .storeUnavailable && outcome.ticketsStored == 0 && outcome.ticketsReceived > 0)
    #expect(try machine.local.count().tickets == 0)
  }

  @Test("what is remembered of a server besides tickets stays on the machine")
  func notes() throws {
    let machine = try machine(1)
    try visit(machine)
    #expect(try shared.count().notes == 0 && machine.local.count().notes > 0)
  }

  @Test("looking after it reaches both stores")
  func inventory() throws {
    let (first, second) = (try machine(1), try machine(2))
    try visit(first)
    let engine = try engine(of: second)
    #expect(try engine.inventory().map(\.server.name) == ["localhost"])
    #expect(try engine.statistics().tickets == shared.count().tickets)
    #expect(try engine.forget(name: "localhost", port: nil) > 0)
    #expect(try shared.count().tickets == 0)
  }

  @Test(
    "whose tickets are shared is said by exact names, by endings, or for all",
    arguments: [
      (["example.com"], ["example.com", "EXAMPLE.com."], ["www.example.com", "example.org", "ample.com"]),
      (["*.example.com"], ["www.example.com", "a.b.example.com"], ["example.com", "badexample.com", ".example.com"]),
      (["*"], ["anything", "127.0.0.1"], []), (["::1", "127.0.0.1"], ["0:0::1", "127.0.0.1"], ["127.0.0.2"]),
      (["bücher.example"], ["xn--bcher-kva.example"], ["bucher.example"]),
    ] as [([String], [String], [String])])
  func rules(rules: [String], shared: [String], others: [String]) throws {
    let servers = try SharedServers(rules)
    #expect(try SharedServers(list: rules.joined(separator: ",")) == servers)
    for name in shared { #expect(servers.contain(ServerIdentity(name: name, port: 443)), "\(name)") }
    for name in others { #expect(!servers.contain(ServerIdentity(name: name, port: 443)), "\(name)") }
  }

  @Test("what names no server is refused", arguments: ["", " , ", "*.", "**", "a.*.b", "*a", "www.*"])
  func noRule(list: String) {
    #expect(throws: StoreError.self) { try SharedServers(list: list) }
  }
}
