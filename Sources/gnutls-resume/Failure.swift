import ArgumentParser
import SessionTickets

/// Runs a command, and says in one line what went wrong if something did.
func reportingFailure(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let code as ExitCode {
    throw code
  } catch let error as StoreError {
    StandardStreams.error("error: \(error)\(StoreOptions.advice)".replacing("\n", with: " "))
    throw ExitCode.failure
  } catch {
    StandardStreams.error("error: \(error)".replacing("\n", with: " "))
    throw ExitCode.failure
  }
}
