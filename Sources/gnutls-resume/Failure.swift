import ArgumentParser
import Glibc
import SessionTickets

/// Runs a command, and says in one line what went wrong if something did.
/// - Parameters:
///   - advice: Follows on trouble with a store.
///   - words: Puts the message into the user's words.
func reportingFailure(
  advising advice: String = StoreOptions.advice, in words: (String) -> String = { $0 }, _ body: () throws -> Void
) throws {
  do {
    try body()
  } catch let code as ExitCode {
    throw code
  } catch let error as StoreError {
    reportError(words("\(error)\(advice)"))
    throw ExitCode.failure
  } catch {
    reportError(words("\(error)"))
    throw ExitStatus(of: error).code
  }
}

/// Tells the user in one line, whatever names stand in it.
func reportError(_ text: String) {
  StandardStreams.error(
    Colour.red.paint("error:", on: STDERR_FILENO) + " " + text.replacing("\n", with: " ").printable)
}
