/// nginx on a free port of the loopback interface, with a configuration and logs in a folder of its own.
public final class NginxServer: Sendable {
  public struct Options: Sendable {
    public var fixture = Fixture.ecdsa
    /// As nginx names them: `TLSv1.2`, `TLSv1.3`.
    public var protocols = ["TLSv1.2", "TLSv1.3"]
    public var tickets = true
    /// Whether TLS 1.2 sessions can be resumed by id.
    public var sessionCache = true
    public var earlyData = false
    public var http2 = false
    /// The body of every answer.
    public var body = "ok\\n"
    /// Further directives for the server, each with its semicolon.
    public var extra = ""

    public init() {}
  }

  public let port: UInt16
  private let folder: TemporaryFolder
  private let process: RunningProcess

  /// Starts nginx and waits until it listens.
  public init(_ options: Options = Options()) throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    (process, port) = try startOnFreePort { port in
      let file = try folder.write("nginx.conf", Self.configuration(options, port: port, folder: folder))
      return ["nginx", "-e", folder.file("error.log"), "-c", file]
    }
  }

  /// The answered requests so far, each with its connection's handshake.
  public var handshakes: [ObservedHandshake] {
    folder.read("access.log").split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count >= 2 else { return nil }
      return ObservedHandshake(resumed: fields[0] == "r", version: String(fields[1]))
    }
  }

  /// Of each answered request, whether it came as early data, before the handshake had ended.
  public var cameEarly: [Bool] {
    folder.read("access.log").split(separator: "\n").map { line in
      line.split(separator: " ", omittingEmptySubsequences: false).dropFirst(2).first == "1"
    }
  }

  public func waitForHandshakes(_ count: Int, timeout: Duration = .seconds(5)) -> [ObservedHandshake] {
    wait(for: count, timeout: timeout) { handshakes }
  }

  /// The handshakes of all connections that asked for something, however often, in the order of their first answer.
  public var connections: [ObservedHandshake] {
    var seen: Set<Substring> = []
    return folder.read("access.log").split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count >= 4, seen.insert(fields[3]).inserted else { return nil }
      return ObservedHandshake(resumed: fields[0] == "r", version: String(fields[1]))
    }
  }

  public func waitForConnections(_ count: Int, timeout: Duration = .seconds(5)) -> [ObservedHandshake] {
    wait(for: count, timeout: timeout) { connections }
  }

  public var errorLog: String { folder.read("error.log") + process.standardError }

  public func stop() { process.terminate() }

  private static func configuration(_ options: Options, port: UInt16, folder: TemporaryFolder) -> String {
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map { "\($0)_temp_path \(folder.file($0));" }.joined(separator: " ")
    // One process, so that killing it leaves no worker behind.
    return """
      daemon off;
      master_process off;
      pid \(folder.file("pid"));
      error_log \(folder.file("error.log")) info;
      events { worker_connections 512; }
      http {
        log_format tls '$ssl_session_reused $ssl_protocol $ssl_early_data $connection';
        access_log \(folder.file("access.log")) tls;
        \(temporary)
        server {
          listen 127.0.0.1:\(port) ssl\(options.http2 ? " http2" : "");
          ssl_certificate \(options.fixture.chain);
          ssl_certificate_key \(options.fixture.key);
          ssl_protocols \(options.protocols.joined(separator: " "));
          ssl_session_tickets \(options.tickets ? "on" : "off");
          ssl_session_cache \(options.sessionCache ? "shared:sessions:1m" : "off");
          ssl_early_data \(options.earlyData ? "on" : "off");
          \(options.extra)
          location / { return 200 "\(options.body)"; }
        }
      }
      """
  }
}
