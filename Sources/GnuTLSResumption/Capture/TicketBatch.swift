/// Tickets on their way from the thread that uses a session to the one that stores them.
///
/// Whoever has it hands it on, which is all that "unchecked" stands for. An object, so that nobody keeps a second copy of the
/// secrets in it: who doesn't store them overwrites them.
package final class TicketBatch: @unchecked Sendable {
  private var tickets: [CapturedTicket]
  /// How many have come on the connection so far, and which of them were refused when they came.
  let received: Int
  let refused: NotStored

  init(_ tickets: [CapturedTicket], received: Int, refused: NotStored) {
    self.tickets = tickets
    self.received = received
    self.refused = refused
  }

  deinit {
    for index in tickets.indices { tickets[index].sessionData.wipe() }
  }

  /// Hands the tickets over, once.
  func take() -> [CapturedTicket] {
    defer { tickets = [] }
    return tickets
  }
}
