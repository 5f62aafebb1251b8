/// `gnutls-serv`, which listens on every interface: so it runs in a network namespace of its own, with its clients.
public enum GnuTLSServ {
  /// The port within the namespace.
  public static let port: UInt16 = 5556

  /// A client to run beside the server, one after the other.
  public struct Client: Sendable {
    public var command: [String]
    public var input: String
    /// Seconds for which its standard input stays open after ``input``: `gnutls-cli` leaves at the end.
    public var holdsInput: Double

    public init(_ command: [String], input: String = "", holdsInput: Double = 0) {
      self.command = command
      self.input = input
      self.holdsInput = holdsInput
    }
  }

  public struct Options: Sendable {
    public var fixture = Fixture.ecdsa
    /// `--echo`, or for one `["--http"]`.
    public var arguments = ["--echo"]
    public var priority: String?
    /// `--udp`: its log tells of no handshakes then.
    public var isDatagram = false

    public init() {}
  }

  /// What was left when the last client ended.
  public struct Outcome: Sendable {
    /// One per client. Its status is 124 if it took longer than its time.
    public let clients: [ProcessResult]
    public let serverLog: String
    /// The completed handshakes, in the server's words.
    public let handshakes: [ObservedHandshake]
  }

  /// Starts a server, runs the clients, and stops it. Environment variables given here are for clients and server.
  public static func run(
    _ clients: [Client], options: Options = Options(), environment: [String: String] = [:],
    timeLimit: Duration = .seconds(30)
  ) throws -> Outcome {
    let folder = try TemporaryFolder()
    let limit = max(1, Int(timeLimit.components.seconds) / max(1, clients.count))
    let script = try folder.write("run.sh", script(clients, options, folder: folder, secondsEach: limit))
    let process = try RunningProcess(["unshare", "-rn", "sh", script], environment: environment)
    let end = process.waitForEnd(timeout: timeLimit + .seconds(5))
    process.terminate()
    guard end == .exited(0) else {
      throw PeerError("gnutls-serv in its namespace: \(process.standardError)\(folder.read("serv.log"))")
    }
    let results = clients.indices.map { index in
      let status = Int32(folder.read("status-\(index)").filter(\.isNumber))
      return ProcessResult(
        standardOutput: folder.read("out-\(index)"), standardError: folder.read("err-\(index)"), status: status,
        timedOut: status == 124)
    }
    let log = folder.read("serv.log")
    return Outcome(clients: results, serverLog: log, handshakes: handshakes(in: log))
  }

  /// Each connection starts with `* Accepted connection`; a completed handshake prints its `- Version: `.
  static func handshakes(in log: String) -> [ObservedHandshake] {
    var result: [ObservedHandshake] = []
    var resumed = false
    for line in log.split(separator: "\n") {
      if line.hasPrefix("* Accepted connection") { resumed = false }
      if line.hasPrefix("*** This is a resumed session") { resumed = true }
      if line.hasPrefix("- Version: ") {
        result.append(ObservedHandshake(resumed: resumed, version: String(line.dropFirst("- Version: ".count))))
      }
    }
    return result
  }

  /// The kernel forgets the parent-death signal when `unshare` changes credentials. So a watchdog holds the script's
  /// standard input, and kills the whole process group when the test's end of it goes.
  private static func script(
    _ clients: [Client], _ options: Options, folder: TemporaryFolder, secondsEach: Int
  ) throws -> String {
    let priority = options.priority.map { ["--priority", $0] } ?? []
    let server =
      ["stdbuf", "-oL", "gnutls-serv", "--port", "\(port)", "--x509certfile", options.fixture.chain]
      + ["--x509keyfile", options.fixture.key] + priority + options.arguments + (options.isDatagram ? ["--udp"] : [])
    let digits = String(port, radix: 16, uppercase: true)
    let listening = options.isDatagram ? "':\(digits) .* 07 ' /proc/net/udp" : "':\(digits) .* 0A ' /proc/net/tcp"
    var lines = [
      "exec 3<&0 </dev/null",
      "(cat <&3 >/dev/null; kill -KILL 0) & watchdog=$!",
      "cd \(quoted(folder.path))",
      "ip link set lo up || exit 1",
      "\(words(server)) >serv.log 2>&1 & server=$!",
      "i=0",
      "until grep -q \(listening); do",
      "  i=$((i + 1)); [ $i -lt 500 ] && kill -0 $server || exit 1; sleep 0.01",
      "done",
    ]
    for (index, client) in clients.enumerated() {
      try folder.write("in-\(index)", client.input)
      let run = "timeout -k 1 \(secondsEach) \(words(client.command))"
      lines.append("{ cat in-\(index); sleep \(client.holdsInput); } | (\(run)) >out-\(index) 2>err-\(index)")
      lines.append("echo $? >status-\(index)")
    }
    lines.append("kill $server; wait $server; kill $watchdog; exit 0")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func words(_ command: [String]) -> String { command.map(quoted).joined(separator: " ") }

  private static func quoted(_ word: String) -> String {
    "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }
}
