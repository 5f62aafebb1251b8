/// What comes before TLS: a proxy, and what is said to the server in the clear.
extension ConnectionAttempt {
  /// Connects to the server, until TLS may begin.
  /// - Parameter fast: The SYN may wait for the first flight.
  func openSocket(fast: Bool) throws(ConnectionError) -> TCPSocket {
    guard let proxy = configuration.proxy else {
      var socket = try configuration.addresses.connect(to: host, port: port, deadline: deadline, opensFast: fast)
      guard let startTLS = configuration.startTLS else { return socket }
      let start = Deadline.present
      let stream = PlainStream(socket, to: peer.description, failingAs: .handshake, deadline: deadline)
      try startTLS.ask(stream, name: server.name)
      try stream.requireSilence()
      socket.preludeMilliseconds = start.millisecondsAgo
      return socket
    }
    var socket = try reach(proxy)
    let start = Deadline.present
    let stream = PlainStream(socket, to: "the proxy \(proxy)", failingAs: .notConnected, deadline: deadline)
    try proxy.connect(to: ServerName(host).forResolution, port: port, by: stream)
    stream.reaches(peer.description, failingAs: .handshake)
    try configuration.startTLS?.ask(stream, name: server.name)
    try stream.requireSilence()
    socket.preludeMilliseconds = start.millisecondsAgo
    // The server's nobody knows.
    socket.peerAddress = []
    return socket
  }

  private func reach(_ proxy: Proxy) throws(ConnectionError) -> TCPSocket {
    do throws(ConnectionError) {
      return try AddressChoice(family: configuration.addresses.family).connect(
        to: proxy.host, port: proxy.port, deadline: deadline)
    } catch {
      throw ConnectionError(error.code, "the proxy: \(error.message)", errno: error.errno)
    }
  }
}
