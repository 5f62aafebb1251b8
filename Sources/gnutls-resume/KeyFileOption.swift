import ArgumentParser
import Glibc
import GnuTLSResumption
import SessionTickets

/// Which file holds the master keys.
struct KeyFileOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The file of the master key. Made when it is first needed; keep it apart from the tickets.",
      discussion: "Default: $GNUTLS_RESUME_KEY_FILE, else $XDG_CONFIG_HOME/gnutls-resume/key, "
        + "else ~/.config/gnutls-resume/key; without a home $CREDENTIALS_DIRECTORY/gnutls-resume.key, else beside the "
        + "tickets.",
      valueName: "file"))
  var keyFile: PathArgument?

  /// Nil for the user's own.
  var path: RawPath? { keyFile?.path ?? Self.environment("GNUTLS_RESUME_KEY_FILE") }

  /// A path that a variable names; an empty one counts as unset.
  static func environment(_ name: String) -> RawPath? {
    guard let value = unsafe getenv(name), unsafe value.pointee != 0 else { return nil }
    return unsafe RawPath(cString: value)
  }
}
