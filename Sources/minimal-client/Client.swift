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
    if let count = options.ticketRequest { configuration.ticketRequests = .upTo(count) }
    if !options.resumes { configuration.resumption = nil }
    configuration.fastOpen = options.opensFast
    configuration.earlyDataMarks = options.earlyDataMarks.map { RawPath($0) }
  }

  /// Connects, gets `/`, reads to the end and closes.
  /// - Parameter isCounted: Else it goes before those that are, and sends no early data: whom a server answers early gets no
  ///   tickets of some.
  mutating func exchange(_ totals: inout Totals, isCounted: Bool) throws(Failure) {
    if options.forgets, let store {
      do throws(StoreError) { _ = try store.removeAll() } catch { throw .store(error) }
    }
    let start = Moment()
    let outcome: Outcome
    let firstByte: UInt64
    do throws(ConnectionError) { (outcome, firstByte) = try get(isEarly: isCounted) } catch { throw .connection(error) }
    guard firstByte != 0 else { throw .emptyAnswer }
    totals.add(Moment(), since: start, firstByte: firstByte, outcome)
  }

  /// The connection ends with the call: letting go of it is part of what it takes. Without an answer the time of its first
  /// byte is 0.
  private func get(isEarly: Bool) throws(ConnectionError) -> (Outcome, firstByte: UInt64) {
    let connection: TLSConnection
    if options.earlyDataMarks != nil {
      connection = try TLSConnection.connect(
        to: options.address, port: options.port, configuration: configuration,
        earlyData: isEarly ? Array(request.utf8) : [])
    } else {
      connection = try TLSConnection.connect(
        to: options.address, port: options.port, configuration: configuration)
    }
    if options.earlyDataMarks == nil || !isEarly { try connection.write(request.utf8) }
    let firstByte = try connection.read().isEmpty ? 0 : Moment.nanoseconds(CLOCK_MONOTONIC)
    while firstByte != 0, !(try connection.read()).isEmpty {}
    connection.close()
    return (connection.outcome, firstByte)
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
