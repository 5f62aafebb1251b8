import Glibc
import GnuTLSResumption
import SessionTickets

/// Makes the same connection again and again.
struct Client {
  private let options: Options
  private let request: String
  private var configuration = TLSConfiguration()
  /// The store, where it isn't the user's own.
  private var store: DirectoryStore?

  init(_ options: Options) {
    self.options = options
    request = "GET / HTTP/1.1\r\nHost: \(options.serverName ?? options.address)\r\nConnection: close\r\n\r\n"
    configuration.serverName = options.serverName
    configuration.verification = options.verification
    if let folder = options.store, let keyFile = options.keyFile {
      let bounds = options.records.map { StoreBounds(records: $0, bytes: $0 * 16_384) } ?? StoreBounds()
      let store = DirectoryStore(path: folder, bounds: bounds)
      self.store = store
      configuration.resumption = Resumption(store: store, masterKey: .file(keyFile))
    }
    if !options.resumes { configuration.resumption = nil }
  }

  /// Connects, gets `/`, reads to the end and closes.
  mutating func exchange(_ totals: inout Totals) throws {
    if options.forgets { _ = try store?.removeAll() }
    let start = Moment()
    let (isResumed, firstByte) = try get()
    totals.add(Moment(), since: start, firstByte: firstByte, isResumed: isResumed)
  }

  /// The connection ends with the call: letting go of it is part of what it takes.
  private func get() throws -> (isResumed: Bool, firstByte: UInt64) {
    let connection = try TLSConnection.connect(
      to: options.address, port: options.port, configuration: configuration)
    try connection.write(request.utf8)
    guard !(try connection.read()).isEmpty else { throw EmptyAnswer() }
    let firstByte = Moment.nanoseconds(CLOCK_MONOTONIC)
    while !(try connection.read()).isEmpty {}
    connection.close()
    return (connection.outcome.isResumed, firstByte)
  }
}

struct EmptyAnswer: Error, CustomStringConvertible {
  var description: String { "the server answers nothing" }
}
