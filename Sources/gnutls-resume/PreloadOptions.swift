import ArgumentParser
import Glibc

/// What programs with the preloaded libraries do, handed on in their environment.
struct PreloadOptions: ParsableArguments {
  @OptionGroup var store: StoreOptions

  @Flag(help: "A line on standard error for each connection: resumed or not, and why.")
  var verbose = false

  @Option(help: ArgumentHelp("A file that gets that line.", valueName: "file"))
  var log: String?

  @Flag(
    help: ArgumentHelp(
      "Give no tickets to programs that forbid them.",
      discussion: "Without: GNUTLS_NO_TICKETS is cleared, which libcurl, and so git, sets as it has no use for them."))
  var respectNoTickets = false

  /// The variables but LD_PRELOAD. Paths are absolute, as programs may be in another folder.
  var variables: [(name: String, value: String)] {
    var result: [(String, String)] = []
    if let folder = store.store { result.append(("GNUTLS_RESUME_STORE", Self.absolute(folder))) }
    if let file = store.keyFile { result.append(("GNUTLS_RESUME_KEY_FILE", Self.absolute(file))) }
    if verbose { result.append(("GNUTLS_RESUME_VERBOSE", "1")) }
    if let log { result.append(("GNUTLS_RESUME_LOG", Self.absolute(log))) }
    if respectNoTickets { result.append(("GNUTLS_RESUME_RESPECT_NO_TICKETS", "1")) }
    return result
  }

  /// Programs say nothing of a log that they can't write.
  func checkLog() throws {
    guard let log else { return }
    let file = unsafe open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0o600)
    guard file >= 0 else { throw LogFailure(path: log, number: errno) }
    close(file)
  }

  private static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let folder = unsafe getcwd(nil, 0) else { return path }
    defer { unsafe free(folder) }
    return unsafe "\(String(cString: folder))/\(path)"
  }
}

private struct LogFailure: Error, CustomStringConvertible {
  let path: String
  let number: Int32

  var description: String {
    unsafe "the log \(path) can't be written: \(String(cString: strerror(number))); --log chooses another file"
  }
}
