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
  mutating func exchange(_ totals: inout Totals) throws(Failure) {
    if options.forgets, let store {
      do throws(StoreError) { _ = try store.removeAll() } catch { throw .store(error) }
    }
    let start = Moment()
    let isResumed: Bool
    let firstByte: UInt64
    do throws(ConnectionError) { (isResumed, firstByte) = try get() } catch { throw .connection(error) }
    guard firstByte != 0 else { throw .emptyAnswer }
    totals.add(Moment(), since: start, firstByte: firstByte, isResumed: isResumed)
  }

  /// The connection ends with the call: letting go of it is part of what it takes. Without an answer the time of its first
  /// byte is 0.
  private func get() throws(ConnectionError) -> (isResumed: Bool, firstByte: UInt64) {
    let connection = try TLSConnection.connect(
      to: options.address, port: options.port, configuration: configuration)
    try connection.write(request.utf8)
    let firstByte = try connection.read().isEmpty ? 0 : Moment.nanoseconds(CLOCK_MONOTONIC)
    while firstByte != 0, !(try connection.read()).isEmpty {}
    connection.close()
    return (connection.outcome.isResumed, firstByte)
  }
}

/// Why there is no figure. Embedded Swift wants one type for what is thrown.
enum Failure: Error, CustomStringConvertible {
  case connection(ConnectionError)
  case store(StoreError)
  case emptyAnswer

  var description: String {
    switch self {
    case .connection(let error): error.description
    case .store(let error): error.description
    case .emptyAnswer: "the server answers nothing"
    }
  }
}
