/// The command lines of the clients that are compared.
struct Clients {
  private let workbench: Workbench
  private let port: UInt16

  /// The clients of a server.
  init(_ workbench: Workbench, of server: Server) { self.init(workbench, port: server.port) }

  init(_ workbench: Workbench, port: UInt16) {
    self.workbench = workbench
    self.port = port
  }

  /// Ours.
  func ours(_ arguments: String..., home: String? = nil) throws -> Command {
    try built("minimal-client", arguments, home)
  }

  /// GnuTLS from C, and nothing else.
  func raw(_ arguments: String...) throws -> Command { try built("raw-gnutls-client", arguments, nil) }

  /// The user's own, with store and key in those places.
  struct Store {
    let folder: String
    let keyFile: String

    var arguments: [String] { ["--store", folder, "--key-file", keyFile] }
  }

  func newStore() throws -> Store {
    let folder = try workbench.newFolderInMemory("store", megabytes: 64)
    return Store(folder: "\(folder)/store", keyFile: "\(folder)/key")
  }

  /// - Parameters:
  ///   - trust: A file of certificates; nil for the system's.
  ///   - sessions: Where it keeps its sessions.
  func wget2(trust: String? = nil, sessions: String) throws -> Command {
    var words = [try Products.installed("wget2"), "-q", "-O", "/dev/null"]
    words += ["--tls-resume", "--tls-session-file=\(sessions)"]
    if let trust { words += ["--ca-certificate=\(trust)", "--ca-directory=\(try workbench.newFolder("no-trust"))"] }
    return Command(words: words + [url], environment: workbench.environment())
  }

  func curl(trust: String? = nil) throws -> Command {
    var words = [try Products.installed("curl"), "-q", "-s", "-f", "-o", "/dev/null"]
    if let trust { words += ["--cacert", trust, "--capath", try workbench.newFolder("no-trust")] }
    return Command(words: words + [url], environment: workbench.environment())
  }

  /// It connects twice.
  func git() throws -> Command {
    Command(words: [try Products.installed("git"), "ls-remote", "-q", url], environment: workbench.environment())
  }

  private var url: String { "https://127.0.0.1:\(port)/" }

  private func built(_ name: String, _ arguments: [String], _ home: String?) throws -> Command {
    Command(
      words: [try Products.built(name), "--port", "\(port)"] + arguments,
      environment: workbench.environment(home: home))
  }
}

extension Command {
  /// The command with further arguments.
  func adding(_ arguments: [String]) -> Command {
    Command(words: words + arguments, environment: environment)
  }
}
