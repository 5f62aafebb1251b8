import FuzzDriver

@testable import GnuTLSResumption

/// Whatever a server sends as a NewSessionTicket, reading it neither crashes nor makes a lifetime of more than a week.
@main
enum FuzzNewSessionTicket {
  static func main() {
    FuzzDriver.run { input in
      if let message = NewSessionTicket(parsing: input) {
        precondition(input.count >= 13, "a message has at least its fixed fields and a ticket")
        if let lifetime = Lifetime.ofTicket(message) { precondition(1...Lifetime.week ~= lifetime) }
      }
      if let message = NewSessionTicket(parsingTLS12: input) {
        precondition(1...Lifetime.day ~= Lifetime.ofSession(message))
      }
    }
  }
}
