import ArgumentParser
import SessionTickets

/// Runs a command, and says in one line what went wrong if something did.
/// - Parameter words: Puts the message into the user's words.
func reportingFailure(in words: (String) -> String = { $0 }, _ body: () throws -> Void) throws {
  do {
    try body()
  } catch let code as ExitCode {
    throw code
  } catch let error as StoreError {
    reportError(words("\(error)\(StoreOptions.advice)"))
    throw ExitCode.failure
  } catch {
    reportError(words("\(error)"))
    throw ExitCode.failure
  }
}

/// Tells the user in one line, whatever names stand in it.
func reportError(_ text: String) {
  StandardStreams.error("error: " + text.replacing("\n", with: " ").printable)
}
