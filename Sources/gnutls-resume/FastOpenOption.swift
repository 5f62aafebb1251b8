import ArgumentParser
import GnuTLSResumption

/// Whether the first flight may leave with the SYN.
struct FastOpenOption: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Send the first flight with the SYN where the kernel has a cookie of the server's first address (TCP Fast Open).",
      discussion:
        "About 1,400 bytes fit there. Without a cookie an ordinary connection is made, which asks for one; the report says "
        + "which. With one, a ticket is lost where nobody answers."))
  var fastOpen = false
}

extension FastOpenOutcome {
  /// For programs: one word, and why it wasn't tried.
  var words: (outcome: String, reason: String?) {
    switch self {
    case .accepted: ("accepted", nil)
    case .ignored: ("ignored", nil)
    case .repeated: ("repeated", nil)
    case .notTried(let reason): ("notTried", reason.rawValue)
    }
  }

  /// How many bytes have left with the SYN, of a first flight of how many; nil where that isn't known.
  var count: (bytes: Int, total: Int)? {
    switch self {
    case .accepted(let bytes, let total), .ignored(let bytes, let total): (bytes, total)
    case .repeated, .notTried: nil
    }
  }

  /// For people.
  var text: String {
    switch self {
    case .accepted(let bytes, let total): "\(bytes) of \(total) bytes of the first flight taken with the SYN"
    case .ignored(let bytes, let total):
      "\(bytes) of \(total) bytes of the first flight left with the SYN, and were passed over"
    case .repeated: "another connection was made in the ordinary way, as the first has failed"
    case .notTried(let reason): "an ordinary connection was made (\(reason))"
    }
  }
}
