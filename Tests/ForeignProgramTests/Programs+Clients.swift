import TestPeers
import Testing

/// The client in C, in its many ways.
extension ForeignProgram {
  static let threads = {
    var program = client("64 threads", "threads=64")
    program.resumesWithinRun = Array(repeating: false, count: 64)
    program.resumesAcrossRuns = program.resumesWithinRun
    return program
  }()

  static let own = {
    var program = client("own resumption", "own-resumption")
    program.resumesWithinRun = [false, true]
    program.resumesAcrossRuns = [false, true]
    return program
  }()

  static let checksNothing = {
    var program = client("checks nothing", "verify=none")
    program.trustsAnybody = true
    return program
  }()

  static let verifyFunction = client("verify function", "verify=function")

  /// The one whose verify function refuses everybody.
  static let refusing = client("refusing verify function", "verify=function", "verdict=refuse")

  /// Those of which each run is one connection.
  static let simpleClients: [ForeignProgram] = [
    client("set_verify_cert", "verify=cert"), client("set_verify_cert2", "verify=cert2"), verifyFunction,
    client("session verify function", "verify=session-function"), client("verify_peers2 afterwards", "verify=peers2"),
    checksNothing, client("fork after gnutls_global_init", "fork=global"),
    client("fork after gnutls_init", "fork=init"), client("poll", "poll"), client("_exit", "abrupt"),
    client(
      "dlopen and dlsym", command: { [try CompiledClients.path(.loading)] }),
    client(
      "in a plugin", command: { try plugin(.plugin) }),
  ]

  static func plugin(_ client: CompiledClients.Client, _ way: String = "local") throws -> [String] {
    [try CompiledClients.path(.pluginHost), way, try CompiledClients.path(client)]
  }

  /// The one with more than one connection under way.
  static func several(_ way: String, _ options: String...) -> ForeignProgram {
    client(way, options: [way] + options) { [try CompiledClients.path(.several)] }
  }

  /// The one that does much in its callbacks.
  static func callbacks(_ way: String...) -> ForeignProgram {
    client("in callbacks", options: way) { [try CompiledClients.path(.callbacks)] }
  }

  static func client(
    _ name: String, _ options: String...,
    command: @escaping @Sendable () throws -> [String] = { [try CompiledClients.path(.linked)] }
  ) -> ForeignProgram {
    client(name, options: options, command: command)
  }

  static func client(
    _ name: String, options: [String],
    command: @escaping @Sendable () throws -> [String] = { [try CompiledClients.path(.linked)] }
  ) -> ForeignProgram {
    ForeignProgram(
      name: name,
      command: { home, _, tls12 in
        try command() + ["\(home.port)", home.trustFile] + options + (tls12 ? ["priority=\(tls12Priorities)"] : [])
      },
      // Threads finish in any order.
      stableOutput: { $0.split(separator: "\n").sorted().joined(separator: "\n") })
  }
}

extension ForeignProgram: CustomTestStringConvertible {
  var testDescription: String { name }
}
