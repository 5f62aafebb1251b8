import ArgumentParser
import SessionTickets

/// Runs a command, and says in one line what went wrong if something did.
func reportingFailure(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let code as ExitCode {
    throw code
  } catch let error as StoreError {
    reportError("\(error)\(StoreOptions.advice)")
    throw ExitCode.failure
  } catch {
    reportError("\(error)")
    throw ExitCode.failure
  }
}

/// Tells the user in one line, whatever names stand in it.
func reportError(_ text: String) {
  StandardStreams.error("error: " + text.replacing("\n", with: " ").printable)
}
