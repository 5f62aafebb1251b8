import GnuTLSResumption
import RedisSessionTickets
import SessionTickets

/// A connection by TLS to a shared store. Its own tickets are kept on this machine, so that it takes one round trip less.
final class SecureRedisConnection: RedisTransport {
  private var connection: TLSConnection?

  private init(_ connection: TLSConnection) { self.connection = connection }

  /// For a test.
  var descriptor: Int32? { connection?.descriptor }

  /// - Parameters:
  ///   - anchors: The file of the authorities that the server's certificate is verified by; nil for the system's.
  ///   - tickets: This machine's own store; nil: nothing is resumed.
  static func connect(trusting anchors: RawPath?, tickets: LocalTickets?) -> RedisSecureConnect {
    var configuration = TLSConfiguration()
    configuration.verification = .engineVerifies(anchors.map { .file($0) } ?? .system)
    // Never by way of itself: what is shared is kept elsewhere.
    configuration.resumption = tickets.map { Resumption(store: $0.store, masterKey: $0.masterKey) }
    configuration.drain = .none
    return { [configuration] (host, port, addresses, deadline) throws(StoreError) in
      var configuration = configuration
      configuration.serverName = host
      var failure: ConnectionError?
      for (index, address) in addresses.enumerated() {
        // An address that doesn't answer must not use up the time of the others.
        let left = Double(deadline.millisecondsLeft)
        configuration.timeoutMilliseconds = index == addresses.count - 1 ? left : left / 2
        do throws(ConnectionError) {
          return SecureRedisConnection(
            try TLSConnection.connect(to: address.text, port: port, configuration: configuration))
        } catch {
          failure = error
        }
      }
      throw StoreError(
        .unavailable, failure?.description ?? "there is no address", place: "\(host):\(port)", leavesNothing: true)
    }
  }

  func send(_ bytes: [UInt8], until deadline: RedisDeadline) throws(RedisTransportFailure) {
    guard let connection else { throw .ended }
    let isSent: Bool
    do throws(ConnectionError) {
      isSent = try connection.write(bytes, withinMilliseconds: Double(deadline.millisecondsLeft))
    } catch {
      throw .other(error.description)
    }
    guard isSent else { throw .timedOut }
  }

  func receive(
    into buffer: inout [UInt8], atMost limit: Int, until deadline: RedisDeadline
  ) throws(RedisTransportFailure) {
    guard let connection else { throw .ended }
    let bytes: [UInt8]?
    do throws(ConnectionError) {
      bytes = try connection.read(upTo: max(1, limit), withinMilliseconds: Double(deadline.millisecondsLeft))
    } catch {
      throw .other(error.description)
    }
    guard let bytes else { throw .timedOut }
    guard !bytes.isEmpty else { throw .ended }
    buffer += bytes
  }

  func isIdle() -> Bool {
    guard let connection, connection.hasOwnDescriptor else { return false }
    // Tickets may have come meanwhile, which are taken in here.
    do throws(ConnectionError) {
      return try connection.read(upTo: 1, withinMilliseconds: 0) == nil
    } catch {
      return false
    }
  }

  // The descriptor goes with the connection.
  func close() { connection = nil }
}
