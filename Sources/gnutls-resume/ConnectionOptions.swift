import ArgumentParser
import GnuTLSResumption

/// What belongs to a connection's identity, or decides whether a ticket is used: the same for `connect` and `why`.
struct ConnectionOptions: ParsableArguments {
  @OptionGroup var handshake: HandshakeOptions

  @OptionGroup var way: WayOptions

  @OptionGroup var storeOptions: StoreOptions

  @Flag(help: "Resume nothing: neither read nor write the store.")
  var noResume = false

  var serverName: String? { handshake.serverName }

  /// - Parameters:
  ///   - files: Reads those that come through pipes.
  ///   - log: Is given a line for each step.
  func configuration(_ files: PipedFiles, log: (@Sendable (String) -> Void)? = nil) throws -> TLSConfiguration {
    var result = try handshake.configuration(files)
    try way.apply(to: &result)
    result.resumption = try noResume ? nil : storeOptions.resumption(log: log)
    return result
  }
}
