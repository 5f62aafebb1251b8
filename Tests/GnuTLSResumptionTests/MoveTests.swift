import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("Moving tickets from one store to another")
struct MoveTests {
  private let folder: TemporaryFolder
  private let source: MovingMachine
  private let destination: MovingMachine
  private let server: TLSServer

  init() throws {
    folder = try TemporaryFolder()
    source = try MovingMachine(folder.file("source"), key: 1)
    destination = try MovingMachine(folder.file("destination"), key: 2)
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  /// Connects, and exports what came.
  private func exported() throws -> [UInt8] {
    try source.visit(server)
    let exported = try source.export(for: destination)
    #expect(exported.tickets == 2 && exported.trouble == nil)
    return exported.file
  }

  private func failure(_ file: [UInt8], at machine: MovingMachine? = nil) -> String? {
    do {
      _ = try (machine ?? destination).take(file, from: source)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("each ticket is offered by one machine, once: here no more, there as often as there are tickets")
  func once() throws {
    let file = try exported()
    #expect(try source.store.count().records == 0)
    let imported = try destination.take(file, from: source)
    #expect(imported.tickets == 2 && imported.lost == 0 && imported.trouble == nil)
    #expect(try source.export(for: destination).file.isEmpty)
    server.update { $0.tickets.count = 0 }
    #expect(try source.visit(server).outcome.reason == .noTicket)
    let outcomes = try (0..<3).map { _ in try destination.visit(server).outcome.reason }
    #expect(outcomes == [nil, nil, .noTicket])
    #expect(failure(file)?.contains("imported before") == true)
    let offered = server.waitForConnections(5).compactMap { $0.clientHello?.pskIdentities.first?.identity }
    #expect(offered.count == 2 && Set(offered).count == 2)
  }

  @Test("TLS 1.2 sessions move too: the source has them no more")
  func sessions() throws {
    server.update { $0.versions = .tls12 }
    try source.visit(server)
    let exported = try source.export(for: destination)
    #expect(exported.sessions == 1 && exported.tickets == 0)
    #expect(try source.store.count().records == 0)
    #expect(try destination.take(exported.file, from: source).sessions == 1)
    #expect(try source.visit(server).outcome.reason == .noTicket)
    // What it has negotiated, GnuTLS resumes where it can't be a TLS 1.3 server's.
    #expect(try destination.visit(server).outcome.isResumed)
  }

  @Test("what is forgotten or purged there stays forgotten: the file isn't taken again")
  func removals() throws {
    let file = try exported()
    _ = try destination.take(file, from: source)
    try destination.engine.forget(name: "localhost", port: nil)
    try destination.engine.purge(expiredOnly: false)
    try destination.engine.purge(expiredOnly: true)
    #expect(failure(file)?.contains("imported before") == true)
    #expect(try destination.store.count().records == 0)
  }

  @Test("of many who import at once, one does")
  func concurrently() async throws {
    let file = try exported()
    let machines = try (0..<8).map { _ in try MovingMachine(folder.file("destination"), key: 2) }
    let sender = try source.id()
    let taken = await withTaskGroup(of: Int.self) { group in
      for machine in machines {
        group.addTask { (try? machine.mover.import(file, from: sender))?.tickets ?? 0 }
      }
      return await group.reduce(0, +)
    }
    #expect(taken == 2)
    #expect(try destination.store.count().tickets == 2)
  }

  @Test("who deletes the store's folder has made another store: no file for the old one opens")
  func deletedStore() throws {
    let file = try exported()
    _ = try destination.take(file, from: source)
    try FileManager.default.removeItem(atPath: folder.file("destination"))
    #expect(failure(file)?.contains("another store") == true)
    _ = try destination.id()
    #expect(failure(file)?.contains("another store") == true)
  }

  @Test("machines that share a master key are two stores: what is for one, the other can't open")
  func sharedKey() throws {
    let twin = try MovingMachine(folder.file("twin"), key: 2)
    let file = try exported()
    #expect(try twin.id() != destination.id())
    #expect(failure(file, at: twin)?.contains("another store") == true)
    #expect(failure(file) == nil)
  }

  @Test("a key that was rotated meanwhile still opens; once it is gone, it doesn't")
  func rotatedKey() throws {
    let file = try exported()
    let without = try MovingMachine(folder.file("destination"), key: 9)
    #expect(failure(file, at: without)?.contains("another store") == true)
    let rotated = try MovingMachine(folder.file("destination"), key: 9, older: 2)
    #expect(failure(file, at: rotated) == nil)
    #expect(failure(file)?.contains("imported before") == true)
  }

  @Test("a store's own id is no other store's")
  func toItself() throws {
    try source.visit(server)
    #expect(throws: StoreError.self) { try source.export(for: source) }
    #expect(try source.store.count().tickets == 2)
  }

  @Test("for another version of GnuTLS nothing leaves the store; what comes of one is refused by name, and not marked")
  func otherVersion() throws {
    try source.visit(server)
    let id = StoreID(publicKey: try destination.id().publicKey, gnutlsVersion: "3.99.1")
    let error = try #require(throws: StoreError.self) { try source.mover.export(for: id) { _ in true } }
    #expect(error.message.contains("3.99.1") && error.message.contains(GnuTLSVersion.current))
    #expect(try source.store.count().tickets == 2)
    let file = try crafted { $0.gnutlsVersion = "3.99.1" }
    for _ in 0..<2 {
      let text = try #require(failure(file))
      #expect(text.contains("GnuTLS 3.99.1") && text.contains(GnuTLSVersion.current))
    }
    #expect(try destination.store.count().records == 0)
  }

  @Test("a ticket that a program has used, or is about to, stays where it is")
  func usedByProgram() throws {
    try source.visit(server)
    let first = try #require(try source.contents().first)
    let ticket = try #require(try PackedTicket.find(in: first.sessionData))
    let marks = UseMarks(at: source.place)
    #expect(try marks.mark(ticket.digest, endingAt: ticket.expiry, by: .program, now: .now()) == nil)
    let exported = try source.export(for: destination)
    #expect(exported.tickets == 1 && exported.left == 1)
    let imported = try #require(try movedContents(exported.file, from: source, to: destination).first)
    #expect(imported.sessionData != first.sessionData)
    // And whoever was exported is nobody's any more.
    let other = try #require(try PackedTicket.find(in: imported.sessionData))
    #expect(try marks.mark(other.digest, endingAt: other.expiry, by: .program, now: .now()) == .engine)
  }

  @Test("a ticket to which its server gives a month moves like any other")
  func month() throws {
    server.update { $0.tickets.announcedLifetime = 30 * 86_400 }
    try source.visit(server)
    let exported = try source.export(for: destination)
    #expect(exported.tickets == 2 && exported.left == 0)
    _ = try destination.take(exported.file, from: source)
    #expect(try destination.visit(server).outcome.isResumed)
  }

  @Test("a ticket for which no mark can be made, as the clock was set back, stays, and the others go")
  func unmarkable() throws {
    try source.visit(server)
    let days: Int64 = 8 * 86_400
    source.clock.advance(seconds: -days)
    #expect(try source.export(for: destination).left == 2 && source.store.count().tickets == 2)
    source.clock.advance(seconds: days)
    let exported = try source.export(for: destination)
    #expect(exported.tickets == 2 && exported.left == 0 && exported.trouble == nil)
  }

  /// Keeps that many records of other servers' names at the source, made of a real one.
  private func keepMany(_ count: Int, _ change: (inout TicketContents, Int) -> Void) throws {
    try source.visit(server)
    let first = try #require(try source.contents().first)
    for number in 0..<count {
      var contents = first
      contents.serverName = "host-\(number).example"
      change(&contents, number)
      let place = try IdentityDigests.place(
        of: contents.server, fields: contents.identityFields, key: source.key.newest)
      let record = try contents.sealed(as: .ticket, expiry: contents.end, at: place, under: source.key.newest)
      try source.store.insert(record, at: place, now: .now())
    }
  }

  @Test("a file holds hundreds of tickets, of many servers and identities")
  func many() throws {
    try keepMany(300) { contents, number in
      for ticket in server.connections.flatMap(\.issuedTickets) {
        guard let place = contents.sessionData.firstRange(of: ticket) else { continue }
        contents.sessionData[place.lowerBound] = UInt8(number % 256)
        contents.sessionData[place.lowerBound + 1] = UInt8(number / 256)
      }
    }
    let exported = try source.mover.export(for: destination.id()) { $0.name.hasSuffix(".example") }
    #expect(exported.trouble == nil && exported.tickets == 300 && exported.left == 0)
    #expect(try destination.take(exported.file, from: source).tickets == 300)
    #expect(try destination.store.count().tickets == 300)
  }

  @Test("one ticket in many records leaves once: the others stay, and nobody else uses them")
  func copies() throws {
    try keepMany(5) { _, _ in }
    let exported = try source.mover.export(for: destination.id()) { $0.name.hasSuffix(".example") }
    #expect(exported.tickets == 1 && exported.left == 4)
  }

  @Test("after the last ticket's end the file is worth nothing, and before it only those that live are kept")
  func ended() throws {
    let late = try crafted(count: 2) { $0.lifetime = 100 }
    destination.clock.advance(seconds: 200)
    #expect(failure(late)?.contains("have ended") == true)
    var lifetime: UInt32 = 0
    let file = try crafted(count: 2) {
      lifetime += 150
      $0.lifetime = lifetime
    }
    let imported = try destination.take(file, from: source)
    #expect(imported.tickets == 1 && imported.expired == 1)
  }

  @Test("a ticket that could never end is refused as a whole: its mark would have no day")
  func endless() throws {
    let file = try crafted {
      $0.lifetime = .max
      $0.fullHandshake = FullHandshake(id: $0.fullHandshake.id, time: .max)
    }
    #expect(failure(file) != nil)
    #expect(try destination.store.count().records == 0)
  }

  @Test("every file that isn't as it was exported is refused, and the real one is taken all the same")
  func hostileFiles() throws {
    let file = try exported()
    for index in Array(stride(from: 0, to: file.count, by: 97)) + Array(0..<110) {
      var changed = file
      changed[index] ^= 0x40
      #expect(failure(changed) != nil, "byte \(index)")
      #expect(failure(Array(file.prefix(index))) != nil, "\(index) bytes")
    }
    #expect(failure(file + [0]) != nil && failure([]) != nil)
    #expect(failure([UInt8](repeating: 0, count: TicketMover.mostBytes + 1)) != nil)
    #expect(throws: StoreError.self) { try destination.mover.import(file, from: destination.id()) }
    #expect(try destination.store.count().records == 0)
    #expect(failure(file) == nil)
  }

  @Test("what is no whole ticket is refused before anything is kept, be it sealed ever so well")
  func brokenContents() throws {
    for change in [
      { $0.sessionData = [0, 0, 0, 0] }, { $0.sessionData = Array($0.sessionData.dropLast(60)) },
      { $0.identityFields = [] }, { $0.identityFields = [1, 2, 3] },
    ] as [(inout TicketContents) -> Void] {
      #expect(failure(try crafted(change))?.contains("format") == true)
    }
    let pair = try destination.key.newest.moveKeyPair(of: #require(try destination.mover.marks.id(create: true)))
    for bytes in [[], [1], [2, 0, 0, 0, 0], [1, 0xFF, 0xFF, 0xFF, 0xFF]] as [[UInt8]] {
      #expect(failure(try sealed(bytes, to: pair.publicKey)) != nil)
    }
    #expect(try destination.store.count().records == 0)
  }

  /// Files that a source could seal that doesn't do as it should: of real tickets, which are changed.
  private func crafted(count: Int = 1, _ change: (inout TicketContents) -> Void) throws -> [UInt8] {
    try source.visit(server)
    var entries: [MovedTickets.Entry] = []
    for var contents in try source.contents().prefix(count) {
      change(&contents)
      entries.append(MovedTickets.Entry(kind: .ticket, contents: contents))
    }
    let version = try #require(entries.first).contents.gnutlsVersion
    return try sealed(
      MovedTickets(gnutlsVersion: version, entries: entries).bytes, to: destination.id().publicKey)
  }

  private func sealed(_ bytes: [UInt8], to recipient: [UInt8]) throws -> [UInt8] {
    let pair = try source.key.newest.moveKeyPair(of: #require(try source.mover.marks.id(create: true)))
    let header = TicketMover.magic + recipient + pair.publicKey
    return try header
      + MoveSeal.seal(bytes, associatedData: header, info: TicketMover.info, from: pair, to: recipient)
  }

  private func movedContents(
    _ file: [UInt8], from source: MovingMachine, to destination: MovingMachine
  ) throws -> [TicketContents] {
    _ = try destination.take(file, from: source)
    return try destination.contents()
  }
}
