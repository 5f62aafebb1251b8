internal import Glibc
internal import SessionTickets

/// A connected, non-blocking TCP socket, owned; or one that connects with the first flight: see ``open(with:)``.
struct TCPSocket: ~Copyable {
  private let kept: Descriptor
  /// How long it took to find the host's addresses, in milliseconds.
  private(set) var lookupMilliseconds = 0.0
  /// How long it took to connect, in milliseconds: one round trip.
  private(set) var roundTripMilliseconds: Double
  /// What has become of TCP Fast Open; nil where it wasn't asked for, as with any address but the first.
  private(set) var fastOpen: FastOpenOutcome?
  /// Nothing has left yet: the SYN waits for the first flight. Nil if that isn't so.
  private var waiting: WaitingSYN?
  /// How long it took from then on until TLS could begin, in milliseconds; 0 where nothing came before it.
  var preludeMilliseconds = 0.0
  /// The peer's address, 4 or 16 bytes; empty if nobody knows it.
  var peerAddress: [UInt8]

  private struct WaitingSYN {
    let host: String
    let port: UInt16
    /// Until when the address must have answered.
    let deadline: Deadline
  }

  private init(descriptor: Int32, roundTripMilliseconds: Double, peerAddress: [UInt8]) {
    var status = stat()
    let isKnown = unsafe fstat(descriptor, &status) == 0
    kept = isKnown ? Descriptor(keeping: descriptor, status) : Descriptor(owning: descriptor)
    self.roundTripMilliseconds = roundTripMilliseconds
    self.peerAddress = peerAddress
  }

  var descriptor: Int32 { kept.number }

  /// Whether the descriptor is still this socket's: whoever runs the process may have closed it, and opened another by its
  /// number, which isn't closed then in the end.
  var isSame: Bool { kept.statusIfSame() != nil }

  /// One that leads to nobody, for a session that is only looked at.
  static func unconnected() throws(ConnectionError) -> TCPSocket {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw ConnectionError(.configuration, "there is no socket to be had", errno: errno) }
    return TCPSocket(descriptor: descriptor, roundTripMilliseconds: 0, peerAddress: [])
  }

  /// It connects when its first flight is given to ``open(with:)``.
  var isWaiting: Bool { waiting != nil }

  /// Bytes have left with the SYN, taken by the server or not.
  var hasSentWithSYN: Bool {
    switch fastOpen {
    case .accepted, .ignored: true
    case .repeated, .notTried, nil: false
    }
  }

  /// Connects to the first address of a host that answers.
  /// - Parameters:
  ///   - family: The system's number of a family of addresses.
  ///   - opensFast: Where the first address has given a cookie, its SYN is to wait for the first flight.
  static func connect(
    to host: String, port: UInt16, family: Int32 = AF_UNSPEC, deadline: Deadline, opensFast: Bool = false
  ) throws(ConnectionError) -> TCPSocket {
    let start = Deadline.present
    let addresses = try AddressList(host: host, port: port, family: family)
    let lookup = start.millisecondsAgo
    var socket = try connect(to: addresses, host, port, deadline, opensFast: opensFast)
    socket.lookupMilliseconds = lookup
    return socket
  }

  private static func connect(
    to addresses: borrowing AddressList, _ host: String, _ port: UInt16, _ deadline: Deadline, opensFast: Bool
  ) throws(ConnectionError) -> TCPSocket {
    // Only the first address: a flight that may have left for one must not be sent to another.
    var isFirst = true
    return try unsafe addresses.firstResult {
      (family, address, length, isLast) throws(ConnectionError) in
      let descriptor = socket(
        family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      guard descriptor >= 0 else { throw failure(host, port, errno) }
      do throws(ConnectionError) {
        let asksFast = opensFast && isFirst
        isFirst = false
        let obstacle = asksFast ? FastOpening.prepare(descriptor) : nil
        // An address that doesn't answer must not use up the time of the others.
        let limit = isLast ? deadline : deadline.halved
        var waiting: WaitingSYN?
        let start = Deadline.now()
        if unsafe Glibc.connect(descriptor, address, length) != 0 {
          guard errno == EINPROGRESS || errno == EINTR else { throw failure(host, port, errno) }
          guard wait(for: descriptor, POLLOUT, until: limit) else { throw timeout(host, port) }
          let code = pendingError(descriptor)
          guard code == 0 else { throw failure(host, port, code) }
        } else if asksFast, obstacle == nil, FastOpening.isWaiting(descriptor) {
          waiting = WaitingSYN(host: host, port: port, deadline: limit)
        }
        let elapsed = Double(Deadline.now() &- start) / 1_000_000
        // GnuTLS sends the last flight of a TLS 1.2 resumption as two segments: with Nagle's algorithm the second
        // would wait for the peer's delayed acknowledgement, 40 ms.
        var on: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var socket = TCPSocket(
          descriptor: descriptor, roundTripMilliseconds: elapsed,
          peerAddress: unsafe bytes(of: UnsafeRawBufferPointer(start: address, count: Int(length)), family))
        if asksFast { socket.fastOpen = .notTried(obstacle ?? .noCookie) }
        socket.waiting = waiting
        return socket
      } catch {
        close(descriptor)
        throw error
      }
    }
  }

  /// Connects, if that has waited for the first flight, which leaves with the SYN as far as it fits.
  mutating func open(with flight: OutgoingFlight) throws(ConnectionError) {
    guard let waiting else { return }
    self.waiting = nil
    let (host, port) = (waiting.host, waiting.port)
    let (total, start) = (flight.count, Deadline.now())
    let code = flight.leaveWithSYN()
    // The cookie may have gone meanwhile: then this is an ordinary connect.
    guard [0, EINPROGRESS, EAGAIN].contains(code) else { throw Self.failure(host, port, code) }
    guard Self.wait(for: descriptor, POLLOUT, until: waiting.deadline) else { throw Self.timeout(host, port) }
    let pending = Self.pendingError(descriptor)
    guard pending == 0 else { throw Self.failure(host, port, pending) }
    roundTripMilliseconds = Double(Deadline.now() &- start) / 1_000_000
    let bytes = total - flight.count
    guard bytes > 0 else { return }
    fastOpen = FastOpening.wasTaken(descriptor) ? .accepted(bytes: bytes, of: total) : .ignored(bytes: bytes, of: total)
  }

  /// What of a socket's address is the host's: in a `sockaddr_in` from the fifth byte, in a `sockaddr_in6` from the ninth.
  private static func bytes(of address: UnsafeRawBufferPointer, _ family: Int32) -> [UInt8] {
    let (offset, count) = family == AF_INET ? (4, 4) : (8, 16)
    guard [AF_INET, AF_INET6].contains(family), address.count >= offset + count else { return [] }
    return unsafe Array(address[offset..<(offset + count)])
  }

  /// Waits until the socket can be read or written. Returns false at the deadline.
  func wait(toWrite: Bool, until deadline: Deadline?) -> Bool {
    Self.wait(for: descriptor, toWrite ? POLLOUT : POLLIN, until: deadline)
  }

  static func wait(for descriptor: Int32, _ events: Int32, until deadline: Deadline?) -> Bool {
    while true {
      var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      let count = unsafe poll(&entry, 1, deadline?.pollTimeout ?? -1)
      if count > 0 { return true }
      if count == 0 { return false }
      // Whatever poll's failure but an interruption is: the next call on the socket tells.
      guard errno == EINTR else { return true }
    }
  }

  private static func pendingError(_ descriptor: Int32) -> Int32 {
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
  }

  private static func failure(_ host: String, _ port: UInt16, _ code: Int32) -> ConnectionError {
    ConnectionError(.notConnected, "can't connect to \(ServerIdentity(name: host, port: port))", errno: code)
  }

  private static func timeout(_ host: String, _ port: UInt16) -> ConnectionError {
    ConnectionError(.timedOut, "\(ServerIdentity(name: host, port: port)) doesn't answer: the time limit has passed")
  }
}
