import Foundation
import SessionTicketsLocking
import Synchronization

/// Stands between clients and a server of UDP on the loopback interface, and does to each datagram what a test says.
public final class DatagramRelay: Sendable {
  public enum Direction: Sendable {
    case toServer, toClient
  }

  /// How often a datagram is passed on: 0 is a loss. It is told the client's port, too.
  public typealias Fate = @Sendable (Direction, [UInt8], _ client: UInt16) -> Int

  public let port: UInt16
  private let descriptor: Int32
  private let server: UInt16
  private let fate: Fate
  private let isOver = Atomic(false)
  private let passed = Atomic<Int>(0)
  private let lost = Atomic<Int>(0)

  public init(to server: UInt16, fate: @escaping Fate) throws {
    self.server = server
    self.fate = fate
    descriptor = try Self.bound()
    port = try Self.port(of: descriptor)
    Thread.detachNewThread { self.serve() }
  }

  /// Loses that many of a hundred datagrams in each direction, and passes on some others twice. Not those that begin with an
  /// alert: a server that serves one client at a time would wait for its first for ever.
  ///
  /// What happens to a handshake depends on the seed alone, as data have numbers of their own. Four losses in each direction
  /// are enough for one: both sides wait twice as long each time before they send again, and nobody would wait for more.
  public convenience init(to server: UInt16, losing percentage: Int, seed: UInt64) throws {
    let generators = (0..<4).map { SeededNumbers(seed &* 4 &+ $0) }
    let losses = Lock<[UInt16: [Direction: Int]]>([:])
    try self.init(to: server) { direction, datagram, client in
      let (isData, isAlert) = (datagram.first == 23, datagram.first == 21)
      guard !isAlert else { return 1 }
      let number = generators[(direction == .toServer ? 0 : 1) + (isData ? 2 : 0)].next() % 100
      guard number < percentage else { return number >= 90 ? 2 : 1 }
      guard !isData else { return 0 }
      return losses.withLock { losses in
        losses[client, default: [:]][direction, default: 0] += 1
        return (losses[client]?[direction] ?? 0) > 4 ? 1 : 0
      }
    }
  }

  deinit { stop() }

  public var passedCount: Int { passed.load(ordering: .sequentiallyConsistent) }
  public var lostCount: Int { lost.load(ordering: .sequentiallyConsistent) }

  /// Ends its thread.
  public func stop() { isOver.store(true, ordering: .sequentiallyConsistent) }

  private func serve() {
    // Each client has a socket of its own on the server's side, as the server tells clients by their ports.
    var clients: [(port: UInt16, descriptor: Int32)] = []
    defer { for open in clients.map(\.descriptor) + [descriptor] { close(open) } }
    while !isOver.load(ordering: .sequentiallyConsistent) {
      var entries = ([descriptor] + clients.map(\.descriptor)).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      guard unsafe poll(&entries, nfds_t(entries.count), 50) > 0 else { continue }
      for (index, entry) in entries.enumerated() where entry.revents != 0 {
        guard let (datagram, sender) = Self.received(on: entry.fd) else { continue }
        if index > 0 {
          pass(datagram, .toClient, by: descriptor, to: clients[index - 1].port, of: clients[index - 1].port)
        } else if let client = clients.first(where: { $0.port == sender }) {
          pass(datagram, .toServer, by: client.descriptor, to: server, of: sender)
        } else if let own = try? Self.bound() {
          clients.append((sender, own))
          pass(datagram, .toServer, by: own, to: server, of: sender)
        }
      }
    }
  }

  private func pass(
    _ datagram: [UInt8], _ direction: Direction, by descriptor: Int32, to port: UInt16, of client: UInt16
  ) {
    let copies = fate(direction, datagram, client)
    lost.add(copies == 0 ? 1 : 0, ordering: .sequentiallyConsistent)
    passed.add(copies == 0 ? 0 : 1, ordering: .sequentiallyConsistent)
    var address = sockaddr_in.loopback(port: port)
    for _ in 0..<copies {
      unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = unsafe sendto(descriptor, datagram, datagram.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    }
  }

  private static func received(on descriptor: Int32) -> (datagram: [UInt8], sender: UInt16)? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let count = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe recvfrom(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT), $0, &size)
      }
    }
    return count < 0 ? nil : (Array(buffer.prefix(count)), UInt16(bigEndian: address.sin_port))
  }

  /// A socket of UDP on a free port.
  private static func bound() throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in.loopback(port: 0)
    let code = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else { throw PeerError("no port for a relay: error \(errno)") }
    return descriptor
  }

  private static func port(of descriptor: Int32) throws -> UInt16 {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &size)
      }
    }
    guard code == 0 else { throw PeerError("a relay has no port: error \(errno)") }
    return UInt16(bigEndian: address.sin_port)
  }
}

/// The same numbers for the same seed (SplitMix64).
private final class SeededNumbers: Sendable {
  private let state: Atomic<UInt64>

  init(_ seed: UInt64) { state = Atomic(seed) }

  func next() -> Int {
    var number = state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .sequentiallyConsistent).newValue
    number = (number ^ number >> 30) &* 0xBF58_476D_1CE4_E5B9
    number = (number ^ number >> 27) &* 0x94D0_49BB_1331_11EB
    return Int(truncatingIfNeeded: (number ^ number >> 31) >> 1)
  }
}
