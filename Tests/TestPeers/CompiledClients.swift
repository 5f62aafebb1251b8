import Foundation
import SessionTicketsLocking

/// The C programs of `Fixtures/clients`, compiled beside the tests when first asked for.
public enum CompiledClients {
  public enum Client: String, Sendable {
    /// Linked to GnuTLS. Its options are those of `client.h`.
    case linked = "gnutls-client"
    /// The same, with a sanitizer's library, which has functions of its own in the C library's stead.
    case threadSanitized = "gnutls-tsan-client"
    case addressSanitized = "gnutls-asan-client"
    /// The same, but finds GnuTLS by `dlopen` and `dlsym`.
    case loading = "gnutls-loading-client"
    /// By `dlvsym`.
    case versionLoading = "gnutls-version-loading-client"
    /// After it has loaded GnuTLS once before, and unloaded it.
    case reloading = "gnutls-reloading-client"
    /// And after it has used it.
    case reusing = "gnutls-reusing-client"
    /// The same as a plugin that is linked to GnuTLS.
    case plugin = "gnutls-client-plugin.so"
    /// One that looks everything up by `RTLD_NEXT`.
    case nextPlugin = "gnutls-next-client-plugin.so"
    /// Loads the plugin given as second argument, in the way given as first one: `local` or `deep`.
    case pluginHost = "gnutls-plugin-host"
    case curl = "libcurl-gnutls-client"
    /// A plugin of the linked one's, which sets its check; and one that looks up what for by `RTLD_NEXT`.
    case checker = "gnutls-checker.so"
    case nextChecker = "gnutls-next-checker.so"
    /// Has more than one connection under way. Its ways are those of `several.c`.
    case several
    /// Does in its callbacks what programs may. Its ways are those of `callbacks.c`.
    case callbacks
    /// Does with the loader what programs may, and a plugin of its own. Its ways are those of `loader.c`.
    case loader
    case waitingPlugin = "gnutls-waiting-plugin.so"
    /// Loads two plugins, one after the other.
    case unloading
    case loggingPlugin = "gnutls-logging-plugin.so"
    /// Takes another root; and what lies there in the engine's stead.
    case chroot
    case intruder = "gnutls-intruder.so"
    /// A library to be preloaded with another.
    case neighbour = "gnutls-neighbour.so"
    /// One that gives what it makes a check of its own. Its ways are those of `wrapper.c`.
    case wrapper = "gnutls-wrapper.so"
    /// Looks functions up in all ways, and says so if one fails.
    case lookups
    /// A program of another C library.
    case musl = "musl-program"
    /// To be preloaded, behind what it is to look at.
    case failingMemory = "failing-memory.so"
    /// To be preloaded: a GnuTLS that has a hybrid group, as far as a program can see.
    case hybridGroup = "hybrid-group.so"
    /// Tells what GnuTLS answers to what programs do with trust.
    case trusting
    /// Asks lists of trust for issuers. Its ways are those of `finding.c`.
    case finding
    /// To be preloaded: tells how much of it GnuTLS has parsed.
    case counting = "counting.so"

    /// Sources and flags after the compiler's common ones.
    fileprivate var arguments: [String] {
      let parts = ["client.c", "options.c", "verification.c", "transport.c"]
      return switch self {
      case .linked: ["main.c"] + parts + ["-lgnutls"]
      case .threadSanitized: ["-fsanitize=thread", "main.c"] + parts + ["-lgnutls"]
      case .addressSanitized: ["-fsanitize=address", "main.c"] + parts + ["-lgnutls"]
      case .loading: ["-DCLIENT_LOOKS_UP=HANDLE", "main.c", "loaded.c"] + parts
      case .versionLoading: ["-DCLIENT_LOOKS_UP=VERSION", "main.c", "loaded.c"] + parts
      case .reloading: ["-DCLIENT_LOOKS_UP=UNLOADED", "main.c", "loaded.c"] + parts
      case .reusing: ["-DCLIENT_LOOKS_UP=USED", "main.c", "loaded.c"] + parts
      case .plugin: ["-shared", "-fPIC"] + parts + ["-lgnutls"]
      case .nextPlugin:
        ["-shared", "-fPIC", "-DCLIENT_LOOKS_UP=NEXT", "loaded.c"] + parts + ["-Wl,--no-as-needed", "-lgnutls"]
      case .pluginHost: ["plugin-host.c"]
      case .curl: ["curl-client.c", "-lcurl-gnutls"]
      case .checker: ["-shared", "-fPIC", "checker.c", "-lgnutls"]
      case .nextChecker: ["-shared", "-fPIC", "-DCHECKER_LOOKS_UP", "checker.c", "-Wl,--no-as-needed", "-lgnutls"]
      case .several: ["several.c", "held.c", "-lgnutls"]
      case .callbacks: ["callbacks.c", "held.c", "-lgnutls"]
      case .loader: ["loader.c", "held.c", "-lgnutls"]
      case .waitingPlugin: ["-shared", "-fPIC", "-DPLUGIN", "loader.c", "held.c", "-lgnutls"]
      case .unloading: ["unloading.c"]
      case .loggingPlugin: ["-shared", "-fPIC", "-DPLUGIN", "unloading.c", "held.c", "-lgnutls"]
      case .chroot: ["chroot.c", "held.c", "-lgnutls"]
      case .intruder: ["-shared", "-fPIC", "-DINTRUDER", "chroot.c"]
      case .neighbour: ["-shared", "-fPIC", "neighbour.c"]
      case .wrapper: ["-shared", "-fPIC", "wrapper.c", "-Wl,--no-as-needed", "-lgnutls"]
      case .lookups: ["lookups.c"]
      case .musl: ["musl.c"]
      case .hybridGroup: ["-shared", "-fPIC", "hybrid-group.c"]
      case .failingMemory: ["-shared", "-fPIC", "failing-memory.c", "-lgcc_s"]
      case .trusting: ["trusting.c", "-lgnutls"]
      case .finding: ["finding.c", "-lgnutls"]
      case .counting: ["-shared", "-fPIC", "counting.c"]
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
      [client == .musl ? "musl-gcc" : "cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-pthread", "-o", path]
      + client.arguments.map { $0.hasSuffix(".c") ? sources + $0 : $0 }
    let result = try ProcessRunner.run(command, timeLimit: .seconds(60))
    guard result.status == 0 else { throw PeerError("compiling \(client.rawValue): \(result.output)") }
    return path
  }
}
