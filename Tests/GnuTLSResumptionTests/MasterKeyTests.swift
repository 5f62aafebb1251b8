import Foundation
import ScriptableTLSServer
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

/// What a connection makes of the place where its master key is.
@Suite("The master key of a connection")
struct MasterKeyTests {
  private let folder: TemporaryFolder
  private var client: Client

  init() throws {
    folder = try TemporaryFolder()
    client = try Client(store: DirectoryStore(path: folder.file("store")))
  }

  private var keyFolder: String { folder.file("config") }
  private var keyFile: String { folder.file("config/key") }

  /// Connects as another process would.
  private func exchange(_ source: MasterKeySource) throws -> Outcome {
    var client = client
    client.configuration.resumption = Resumption(store: client.store, masterKey: source)
    return try client.exchange()
  }

  private func expectRefused(
    _ outcome: Outcome, saying words: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.reason == .storeUnavailable && outcome.ticketsReceived > 0, sourceLocation: sourceLocation)
    #expect(outcome.ticketsStored == 0, sourceLocation: sourceLocation)
    let text = outcome.storeError.map { "\($0)" } ?? "no error"
    #expect(text.contains(words) && text.contains(folder.path), "\(text)", sourceLocation: sourceLocation)
  }

  @Test(
    "one that others could have set or read, or that is none: a full handshake that says why, until it is put right",
    arguments: Mode.onePerVersion, KeyFault.possible)
  func unusable(mode: Mode, fault: KeyFault) throws {
    client.server.script = mode.script
    #expect(try exchange(.file(keyFile)).ticketsStored > 0)
    let key = FileManager.default.contents(atPath: keyFile)
    let records = try client.records()
    try fault.apply(folder: keyFolder, file: keyFile)
    expectRefused(try exchange(.file(keyFile)), saying: fault.words)
    #expect(try client.records() == records)
    try fault.undo(folder: keyFolder, file: keyFile)
    #expect(FileManager.default.contents(atPath: keyFile) == key)
    #expect(try exchange(.file(keyFile)).isResumed)
    #expect(client.server.waitForConnections(3).map { $0.clientHello?.offersResumption } == [false, false, true])
  }

  @Test(
    "of a store in memory: drawn, and gone with what resumes by it; another never has it", arguments: Mode.onePerVersion
  )
  func ephemeral(mode: Mode) throws {
    var client = client
    client.server.script = mode.script
    let memory = MemoryStore()
    client.configuration.resumption = Resumption(store: memory)
    #expect(try client.exchange().reason == .noTicket)
    #expect(try client.exchange().isResumed)
    let kept = try memory.count().records
    client.configuration.resumption = Resumption(store: memory)
    #expect(try client.exchange().reason == .noTicket)
    #expect(try memory.count().records > kept, "none of the first's was taken")
  }

  @Test(
    "one behind a symbolic link in a folder that others may write: a full handshake that says why",
    arguments: ["folder", "file"], [0o777, 0o1777])
  func linkOthersCanSet(kind: String, mode: Int) throws {
    #expect(try exchange(.file(keyFile)).ticketsStored == 2)
    let shared = folder.file("shared")
    try FileManager.default.createDirectory(atPath: shared, withIntermediateDirectories: false)
    let path = kind == "folder" ? "\(shared)/config/key" : "\(shared)/key"
    let target = kind == "folder" ? keyFolder : keyFile
    try FileManager.default.createSymbolicLink(
      atPath: kind == "folder" ? "\(shared)/config" : path, withDestinationPath: target)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: shared)
    expectRefused(
      try exchange(.file(path)),
      saying: kind == "folder"
        ? "'config' is a symbolic link in a folder that others may write" : "others than its owner may write the folder"
    )
    #expect(try exchange(.file(keyFile)).isResumed)
  }

  @Test("one behind a link in a private folder is used")
  func privateLink() throws {
    #expect(try exchange(.file(keyFile)).ticketsStored == 2)
    try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: keyFolder)
    #expect(try exchange(.file(folder.file("link/key"))).isResumed)
  }

  @Test("two first connections at once end with one key, of mode 0600, and the tickets of both resume")
  func twoFirstConnections() async throws {
    let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { [client, keyFile] group in
      for partition in ["one", "two"] {
        group.addTask {
          var client = client
          client.configuration.partition = partition
          client.configuration.resumption = Resumption(store: client.store, masterKey: .file(keyFile))
          return try client.exchange()
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.allSatisfy { $0.ticketsStored == 2 && $0.storeError == nil })
    var status = stat()
    #expect(unsafe stat(keyFile, &status) == 0 && status.st_mode & 0o7777 == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: keyFolder) == ["key"])
    for partition in ["one", "two"] {
      var client = client
      client.configuration.partition = partition
      client.configuration.resumption = Resumption(store: client.store, masterKey: .file(keyFile))
      #expect(try client.exchange().isResumed)
    }
  }

  @Test("keys that are handed in make no file; the older still open, and what is new is sealed under the newest")
  func handedIn() throws {
    let old = try Client.masterKey(1)
    let new = try Client.masterKey(2)
    #expect(try exchange(.keys(KeyRing(newest: old))).ticketsStored == 2)
    #expect(try client.storedRecords().allSatisfy { $0.record.header.masterKeyID == old.id })
    #expect(try exchange(.keys(KeyRing(newest: new, older: [try Client.masterKey(3), old]))).isResumed)
    #expect(Set(try client.storedRecords().map(\.record.header.masterKeyID)) == [old.id, new.id])
    #expect(try exchange(.keys(KeyRing(newest: new))).isResumed)
    #expect(try exchange(.keys(KeyRing(newest: try Client.masterKey(4)))).reason == .noTicket)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["store"])
  }

  @Test("a TLS 1.2 session sealed under an older key is still resumed", arguments: [Mode.tls12Ticket, .tls12SessionID])
  func olderKeyTLS12(mode: Mode) throws {
    var client = try Client(mode.script, store: DirectoryStore(path: folder.file("store")))
    try client.exchange()
    let new = try Client.masterKey(2)
    client.configuration.resumption = Resumption(
      store: client.store, masterKey: .keys(KeyRing(newest: new, older: [try Client.masterKey()])))
    #expect(try client.exchange().isResumed)
  }
}
