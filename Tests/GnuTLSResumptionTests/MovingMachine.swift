import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

/// A machine from or to which tickets are moved: a folder for its store, a key, and a clock.
struct MovingMachine {
  let place: FolderPlace
  let store: DirectoryStore
  let engine: Resumption
  let clock = ManualClock()
  let key: KeyRing
  var policy = VerificationPolicy.file(Fixture.ecdsa.root)

  /// - Parameter older: Another key, which was followed by the first.
  init(_ path: String, key: UInt8, older: UInt8? = nil) throws {
    func master(_ byte: UInt8) throws -> MasterKey { try #require(MasterKey([UInt8](repeating: byte, count: 32))) }
    place = FolderPlace(RawPath(path))
    store = DirectoryStore(at: place)
    self.key = KeyRing(newest: try master(key), older: try older.map { [try master($0)] } ?? [])
    engine = Resumption(
      store: store, masterKey: .keys(self.key), options: ResumptionOptions(clock: { [clock] in clock.now }))
  }

  var mover: TicketMover { TicketMover(engine, at: place) }

  func id() throws -> StoreID { try #require(try mover.id(create: true)) }

  @discardableResult
  func visit(_ server: TLSServer) throws -> (outcome: Outcome, loadedTrust: Bool) {
    var configuration = TLSConfiguration()
    configuration.serverName = "localhost"
    configuration.verification = .engineVerifies(policy)
    configuration.drain = .patient
    configuration.resumption = engine
    let connection = try TLSConnection.connect(to: "127.0.0.1", port: server.port, configuration: configuration)
    connection.close()
    server.waitForConnections(server.connections.count)
    return (connection.outcome, configuration.credentials.hasLoadedTrust)
  }

  func export(for other: MovingMachine) throws -> ExportedTickets {
    try mover.export(for: other.id()) { $0.name == "localhost" }
  }

  func take(_ file: [UInt8], from other: MovingMachine) throws -> ImportedTickets {
    try mover.import(file, from: other.id())
  }

  /// All that is stored, opened.
  func contents() throws -> [TicketContents] {
    try store.fold([]) { $0 + [$1.key] }.map { key in
      let record = try #require(try store.read(key))
      return try #require(self.key.contents(of: record, identity: key.place.identity))
    }
  }
}
