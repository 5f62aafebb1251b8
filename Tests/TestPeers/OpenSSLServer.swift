import Glibc

/// OpenSSL's `s_server` on a free port of the loopback interface. It serves one client at a time.
public final class OpenSSLServer: Sendable {
  public struct Options: Sendable {
    public enum Versions: String, Sendable {
      case both = ""
      case tls12 = "-tls1_2"
      case tls13 = "-tls1_3"
      /// On a port of UDP, by ``Style/plain`` only. Each client is asked for a cookie first.
      case dtls12 = "-dtls1_2"
    }

    public enum Style: String, Sendable {
      /// Prints what comes, and sends what ``OpenSSLServer/send(_:)`` is given.
      case plain = ""
      /// Answers each line with the same line backwards.
      case reverse = "-rev"
      /// Answers an HTTP request with a page about the connection.
      case page = "-www"
    }

    public var fixture = Fixture.ecdsa
    /// The leaf in place of the fixture's.
    public var leaf: String?
    public var versions = Versions.both
    public var style = Style.reverse
    /// TLS 1.3 tickets after a full handshake; nil: its default, 2. After a resumption it sends one.
    public var ticketCount: Int?
    /// Off: `-no_ticket`: TLS 1.2 then resumes by session id.
    public var tickets = true
    /// Early data allowed by a ticket; nil: none. Only with ``Style/plain``.
    public var maxEarlyData: Int?
    /// Nil: a free one.
    public var port: UInt16?
    /// Anything else, such as `["-alpn", "h2"]`.
    public var extra: [String] = []

    public init() {}

    func arguments(port: UInt16) -> [String] {
      var list = ["openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-msg"]
      list += ["-cert", leaf ?? fixture.leaf, "-cert_chain", fixture.intermediate, "-key", fixture.key]
      list += [versions.rawValue, style.rawValue].filter { !$0.isEmpty }
      if let ticketCount { list += ["-num_tickets", "\(ticketCount)"] }
      if !tickets { list.append("-no_ticket") }
      if let maxEarlyData { list += ["-early_data", "-max_early_data", "\(maxEarlyData)"] }
      return list + extra
    }
  }

  public let port: UInt16
  private let process: RunningProcess
  private let isDatagram: Bool

  /// Starts a server and waits until it listens.
  public init(_ options: Options = Options()) throws {
    isDatagram = options.versions == .dtls12
    (process, port) = try startOnFreePort(options.port, isDatagram: isDatagram) { options.arguments(port: $0) }
  }

  /// The completed handshakes so far.
  public var handshakes: [ObservedHandshake] {
    isDatagram ? Self.handshakes(of: datagramMessages) : Self.handshakes(in: process.standardOutput)
  }

  /// The handshake messages of DTLS so far, without those that were sent again.
  public var datagramMessages: [DatagramMessage] { DatagramMessage.all(in: process.standardOutput) }

  public func waitForHandshakes(_ count: Int, timeout: Duration = .seconds(5)) -> [ObservedHandshake] {
    wait(for: count, timeout: timeout) { handshakes }
  }

  /// All that it has printed: messages, and with ``Options/Style/plain`` what clients sent.
  public var output: String { process.standardOutput + process.standardError }

  /// Sends text to the client there is (``Options/Style/plain``). It begins with a line that is none of its commands.
  public func send(_ text: String) { process.write(text) }

  public func stop() { process.terminate() }

  /// Reads the messages that `-msg` prints. A handshake without the server's Certificate resumed a session; the
  /// client's Finished says that it is complete. `Reused session-id` alone wouldn't do: `-rev` and `-www` don't print it.
  static func handshakes(in output: String) -> [ObservedHandshake] {
    var result: [ObservedHandshake] = []
    var sentCertificate = false
    var version = ""
    for line in output.split(separator: "\n") {
      guard line.contains(", Handshake [") else { continue }
      if line.hasPrefix("<<<") && line.hasSuffix(", ClientHello") { sentCertificate = false }
      if line.hasPrefix(">>>") && line.hasSuffix(", Certificate") { sentCertificate = true }
      if line.hasPrefix(">>>") { version = String(line.dropFirst(4).prefix { $0 != "," }) }
      if line.hasPrefix("<<<") && line.hasSuffix(", Finished") {
        result.append(ObservedHandshake(resumed: !sentCertificate, version: version))
      }
    }
    return result
  }
}

/// Starts a server on a free port, on another if somebody else took it meanwhile, and waits until it listens.
/// - Parameter wanted: The one that it must be.
func startOnFreePort(
  _ wanted: UInt16? = nil, isDatagram: Bool = false, _ command: (UInt16) throws -> [String]
) throws -> (RunningProcess, UInt16) {
  var last = ""
  for _ in 0..<5 {
    let port = try wanted ?? FreePort.find(isDatagram: isDatagram)
    let process = try RunningProcess(try command(port))
    let deadline = ContinuousClock.now + .seconds(10)
    while process.end == nil && ContinuousClock.now < deadline {
      // Not somebody else, while this one ends as the port is taken.
      if FreePort.isListening(port, isDatagram: isDatagram), process.end == nil { return (process, port) }
      usleep(1_000)
    }
    last = process.standardOutput + process.standardError
    process.terminate()
  }
  throw PeerError("a server doesn't listen: \(last)")
}
