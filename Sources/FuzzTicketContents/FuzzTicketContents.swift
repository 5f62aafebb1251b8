import FuzzDriver

@testable import GnuTLSResumption

/// Whatever a seal protected, the decoder of opened records neither crashes nor accepts two spellings of one content.
@main
enum FuzzTicketContents {
  static func main() {
    FuzzDriver.run { input in
      if let contents = TicketContents(input) {
        precondition(contents.bytes == input, "contents have one spelling")
        precondition(contents.staples.count == contents.peerChain.count, "each certificate has its staple")
      }
      _ = IdentityFields(input)
      if let note = ServerNote(input) { precondition(note.bytes == input, "a note has one spelling") }
    }
  }
}
