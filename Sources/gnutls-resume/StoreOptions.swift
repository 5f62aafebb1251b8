import ArgumentParser
import GnuTLSResumption
import SessionTickets
import StoreLocation

/// Where tickets and the master key are.
struct StoreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder of the tickets, or the URL of a store that machines share.",
      discussion:
        "Default: $GNUTLS_RESUME_STORE, else $XDG_STATE_HOME/gnutls-resume, else ~/.local/state/gnutls-resume; without a "
        + "home in $STATE_DIRECTORY or /var/lib/gnutls-resume. A URL begins with redis://, rediss:// or redis+unix://; "
        + "what isn't shared stays in the default folder.",
      valueName: "dir"))
  var store: PathArgument?

  @OptionGroup var keyFileOption: KeyFileOption

  @Option(
    help: ArgumentHelp(
      "The servers whose tickets are shared, with commas between them: exact names, *.example.com for all names that end "
        + "so, or * for all. The others' tickets stay on this machine.",
      discussion: "Default: $GNUTLS_RESUME_SHARE. Whoever has the shared key can pass for each of these servers before "
        + "all who share.",
      valueName: "names"), transform: text)
  var share: String?

  @Option(
    help: ArgumentHelp(
      "The file of the key that all who share the store have; 'gnutls-resume key import' brings it.",
      discussion: "Default: $GNUTLS_RESUME_SHARED_KEY_FILE.",
      valueName: "file"))
  var sharedKeyFile: PathArgument?

  var keyFile: PathArgument? { keyFileOption.keyFile }

  /// What can be done if key or store can't be used, to stand behind the error.
  static let advice = "; --key-file and --store choose other places"

  func resumption(log: (@Sendable (String) -> Void)? = nil) throws -> Resumption {
    let choice = choice
    // Whoever asks for what can't be is told so before anything is done.
    _ = try choice.sharing(beside: nil)
    return Resumption(choice, options: ResumptionOptions(log: log))
  }

  /// Moves tickets out of this machine's own store, and into it.
  func mover() throws -> TicketMover { try TicketMover(resumption(), at: choice.localPlace()) }

  var choice: StoreChoice {
    var choice = StoreChoice(
      store: store?.path ?? KeyFileOption.environment("GNUTLS_RESUME_STORE"), keyFile: keyFileOption.path,
      shared: share ?? KeyFileOption.environment("GNUTLS_RESUME_SHARE").map(\.description),
      sharedKeyFile: sharedKeyFile?.path ?? KeyFileOption.environment("GNUTLS_RESUME_SHARED_KEY_FILE"))
    choice.isInherited = store == nil
    return choice
  }
}
