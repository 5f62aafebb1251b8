import ArgumentParser
import Glibc
import GnuTLSResumption
import SessionTickets

/// Where tickets and the master key are.
struct StoreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder of the tickets.",
      discussion:
        "Default: $GNUTLS_RESUME_STORE, else $XDG_STATE_HOME/gnutls-resume, else ~/.local/state/gnutls-resume; without a "
        + "home in $STATE_DIRECTORY or /var/lib/gnutls-resume.",
      valueName: "dir"))
  var store: PathArgument?

  @Option(
    help: ArgumentHelp(
      "The file of the master key. Made when it is first needed; keep it apart from the tickets.",
      discussion: "Default: $GNUTLS_RESUME_KEY_FILE, else $XDG_CONFIG_HOME/gnutls-resume/key, "
        + "else ~/.config/gnutls-resume/key; without a home $CREDENTIALS_DIRECTORY/gnutls-resume.key, else beside the "
        + "tickets.",
      valueName: "file"))
  var keyFile: PathArgument?

  /// What can be done if key or store can't be used, to stand behind the error.
  static let advice = "; --key-file and --store choose other places"

  func resumption(log: (@Sendable (String) -> Void)? = nil) -> Resumption {
    let key = keyFile?.path ?? Self.environment("GNUTLS_RESUME_KEY_FILE")
    return Resumption(
      folder: store?.path ?? Self.environment("GNUTLS_RESUME_STORE"),
      masterKey: key.map { .file($0) } ?? .standardFile,
      options: ResumptionOptions(log: log))
  }

  private static func environment(_ name: String) -> RawPath? {
    guard let value = unsafe getenv(name), unsafe value.pointee != 0 else { return nil }
    return unsafe RawPath(cString: value)
  }
}
