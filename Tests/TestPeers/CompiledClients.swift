import Foundation
import SessionTicketsLocking

/// The C programs of `Fixtures/clients`, compiled beside the tests when first asked for.
public enum CompiledClients {
  public enum Client: String, Sendable {
    /// Linked to GnuTLS. Its options are those of `client.h`.
    case linked = "gnutls-client"
    /// The same, but finds GnuTLS by `dlopen` and `dlsym`.
    case loading = "gnutls-loading-client"
    /// The same as a plugin that is linked to GnuTLS.
    case plugin = "gnutls-client-plugin.so"
    /// Loads the plugin given as first argument.
    case pluginHost = "gnutls-plugin-host"
    case curl = "libcurl-gnutls-client"
    /// To be preloaded, behind what it is to look at.
    case failingMemory = "failing-memory.so"

    /// Sources and flags after the compiler's common ones.
    fileprivate var arguments: [String] {
      let parts = ["client.c", "options.c", "verification.c", "transport.c"]
      return switch self {
      case .linked: ["main.c"] + parts + ["-lgnutls"]
      case .loading: ["-DCLIENT_LOADS_GNUTLS", "main.c", "loaded.c"] + parts
      case .plugin: ["-shared", "-fPIC"] + parts + ["-lgnutls"]
      case .pluginHost: ["plugin-host.c"]
      case .curl: ["curl-client.c", "-lcurl-gnutls"]
      case .failingMemory: ["-shared", "-fPIC", "failing-memory.c", "-lgcc_s"]
      }
    }
  }

  private static let paths = Lock<[String: String]>([:])

  /// The path of a compiled client.
  public static func path(_ client: Client) throws -> String {
    try paths.withLock { paths in
      if let path = paths[client.rawValue] { return path }
      let path = try compile(client)
      paths[client.rawValue] = path
      return path
    }
  }

  private static func compile(_ client: Client) throws -> String {
    let folder = BuiltProducts.folder + "/foreign-clients"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = folder + "/" + client.rawValue
    let sources = Fixture.packageFolder + "/Fixtures/clients/"
    let command =
      ["cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-pthread", "-o", path]
      + client.arguments.map { $0.hasSuffix(".c") ? sources + $0 : $0 }
    let result = try ProcessRunner.run(command, timeLimit: .seconds(60))
    guard result.status == 0 else { throw PeerError("compiling \(client.rawValue): \(result.output)") }
    return path
  }
}
