import FuzzDriver

@testable import GnuTLSResumption

/// Whatever a client sends as a ClientHello, reading it doesn't crash, and gives few tickets and a name of plain characters.
@main
enum FuzzReceivedClientHello {
  static func main() {
    FuzzDriver.run { input in
      for isDatagram in [false, true] {
        guard let hello = ReceivedClientHello(input, isDatagram: isDatagram) else { continue }
        precondition(input.count >= 2 + 32 + 1 + 2 + 1, "a message has at least its fixed fields")
        precondition(hello.tickets.count <= ReceivedClientHello.maximumTickets + 1)
        if let name = hello.serverName {
          precondition(!name.isEmpty && name.utf8.allSatisfy { $0 > 0x2C && $0 < 0x7B && !(0x41...0x5A).contains($0) })
        }
      }
    }
  }
}
