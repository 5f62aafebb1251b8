import Foundation
import SessionTicketsLocking

/// redis-server (or Valkey's) on a free port of the loopback interface and a Unix socket, in a folder of its own.
public final class RedisServer: Sendable {
  public struct Options: Sendable {
    /// The port of the primary that it copies; nil: it is one itself.
    public var primary: UInt16?
    public var isCluster = false
    /// Whether what it holds outlives it: a file of all changes.
    public var isPersistent = false
    /// A free port at which it speaks TLS as well, by the ECDSA fixture's certificate for `localhost`.
    public var securePort: UInt16?
    /// Further words of its command line, such as `["--maxmemory", "3mb"]`.
    public var extra: [String] = []

    public init() {}
  }

  public let port: UInt16
  private let options: Options
  private let folder: TemporaryFolder
  private let process: Lock<RunningProcess>

  public init(_ options: Options = Options()) throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    self.options = options
    let (process, port) = try startOnFreePort { try Self.command(options, port: $0, folder) }
    self.process = Lock(process)
    self.port = port
    try waitUntilReady()
  }

  /// The path of its socket.
  public var socket: String { folder.file("socket") }

  /// Kills it at once, as `kill -9` does.
  public func kill() { process.withLock { $0 }.terminate() }

  /// Starts it again in the same folder, on the same port.
  public func restart(extra: [String] = []) throws {
    kill()
    var options = options
    options.extra += extra
    let process = try RunningProcess(try Self.command(options, port: port, folder))
    self.process.withLock { $0 = process }
    guard FreePort.waitForListener(port) else {
      throw PeerError("redis-server doesn't start again: \(process.standardOutput)")
    }
    try waitUntilReady()
  }

  /// Sends it a signal, such as SIGSTOP.
  public func signal(_ number: Int32) {
    let text = folder.read("pid").trimmingCharacters(in: .whitespacesAndNewlines)
    if let id = pid_t(text) { Foundation.kill(id, number) }
  }

  /// Runs a command, by way of its socket, and returns what redis-cli writes.
  @discardableResult
  public func run(_ words: [String]) throws -> String {
    let result = try ProcessRunner.run(["redis-cli", "-s", socket] + words)
    return result.output.trimmingCharacters(in: .newlines)
  }

  /// What `INFO` says of a thing.
  public func information(_ field: String) throws -> String {
    let lines = try run(["INFO", "everything"]).split(whereSeparator: \.isNewline)
    return lines.first { $0.hasPrefix("\(field):") }.map { String($0.dropFirst(field.count + 1)) } ?? ""
  }

  private func waitUntilReady() throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while try run(["PING"]) != "PONG" {
      guard ContinuousClock.now < deadline else { throw PeerError("redis-server isn't ready: \(try run(["PING"]))") }
      usleep(2_000)
    }
  }

  private static func command(_ options: Options, port: UInt16, _ folder: TemporaryFolder) throws -> [String] {
    var words = [
      "redis-server", "--bind", "127.0.0.1", "--port", "\(port)", "--unixsocket", folder.file("socket"),
      "--unixsocketperm", "700", "--dir", folder.path, "--pidfile", folder.file("pid"), "--save", "",
      "--repl-diskless-sync-delay", "0", "--appendonly", options.isPersistent ? "yes" : "no",
    ]
    if options.isCluster { words += ["--cluster-enabled", "yes", "--cluster-port", "\(try FreePort.find())"] }
    if let primary = options.primary { words += ["--replicaof", "127.0.0.1 \(primary)"] }
    if let port = options.securePort {
      words += ["--tls-port", "\(port)", "--tls-cert-file", Fixture.ecdsa.chain, "--tls-key-file", Fixture.ecdsa.key]
      words += ["--tls-auth-clients", "no"]
    }
    return words + options.extra
  }
}
