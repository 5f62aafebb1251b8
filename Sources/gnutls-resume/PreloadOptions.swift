import ArgumentParser

/// The options of `run` and `env`, for help and completions: what they do is the launcher's.
struct PreloadOptions: ParsableArguments {
  @OptionGroup var store: StoreOptions

  @Flag(help: "A line on standard error for each connection: resumed or not, and why.")
  var verbose = false

  @Option(help: ArgumentHelp("A file that gets that line.", valueName: "file"))
  var log: PathArgument?

  @Flag(help: "With --log, or GNUTLS_RESUME_LOG: each line is JSON.")
  var logJson = false

  @Flag(
    help: ArgumentHelp(
      "Give no tickets to programs that forbid them.",
      discussion: "Without: GNUTLS_NO_TICKETS is cleared, which libcurl, and so git, sets as it has no use for them."))
  var respectNoTickets = false
}
