/// OpenSSL's `s_client`, for checks of servers by a client that isn't ours.
public enum OpenSSLClient {
  /// What the client said of a connection.
  public struct Outcome: Sendable {
    public let result: ProcessResult

    public var output: String { result.output }
    public var completed: Bool { !output.contains("Cipher is (NONE)") && (output.contains("New, ") || resumed) }
    public var resumed: Bool { output.contains("Reused, ") }
    /// TLS 1.3 tickets received.
    public var ticketCount: Int { output.ranges(of: "Post-Handshake New Session Ticket arrived").count }
    /// What TLS 1.3 tickets, or the TLS 1.2 session, said of their lifetime, as far as the client believes it: OpenSSL 3.5
    /// believes in a week.
    public var lifetimeHints: [Int] { output.numbers(after: "TLS session ticket lifetime hint: ") }
    /// What TLS 1.3 tickets said of their lifetime, in the messages themselves: with `-msg`.
    public var announcedLifetimes: [Int] {
      // The message's type and length come first.
      output.matches(of: /, NewSessionTicket\n +04(?: [0-9a-f]{2}){3}((?: [0-9a-f]{2}){4})/)
        .compactMap { Int($0.1.filter { $0 != " " }, radix: 16) }
    }
    /// The early data that each TLS 1.3 ticket allows.
    public var maxEarlyData: [Int] { output.numbers(after: "Max Early Data: ") }
    public var earlyDataAccepted: Bool { output.contains("Early data was accepted") }
    /// The number of the fatal alert received.
    public var alert: Int? { output.numbers(after: "SSL alert number ").first }
    public var endedWithoutCloseNotify: Bool { output.contains("unexpected eof while reading") }
  }

  /// Connects, sends the input, and closes when the output holds `until` (its default: at the server's end).
  public static func run(
    port: UInt16, _ arguments: [String] = [], input: String = "", until: String? = nil,
    timeLimit: Duration = .seconds(10)
  ) throws -> Outcome {
    var command = ["openssl", "s_client", "-connect", "127.0.0.1:\(port)", "-servername", "localhost"] + arguments
    if until == nil { command.append("-ign_eof") }
    let result = try ProcessRunner.run(
      command, input: input, inputEnd: until.map { .afterOutput($0) } ?? .atOnce, timeLimit: timeLimit)
    return Outcome(result: result)
  }
}

extension String {
  /// The numbers that stand right after a text.
  fileprivate func numbers(after text: String) -> [Int] {
    ranges(of: text).compactMap { Int(self[$0.upperBound...].prefix { $0.isNumber }) }
  }
}
