import ArgumentParser
import Glibc
import GnuTLSResumption
import SessionTickets

/// What is to be sent at once, and with the first flight if that is allowed.
struct EarlyDataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Send this file first, before standard input: with the first flight where the ticket allows it.",
      discussion:
        "Whoever sees it may send it again, and the server may get it twice: only for requests to which that does no harm, "
        + "such as a GET. Where it can't go early it is sent after the handshake; the report says which.",
      valueName: "file"))
  var earlyData: PathArgument?

  @Option(
    help: ArgumentHelp(
      "The folder, on a tmpfs, for the marks that keep early data from being sent twice.",
      discussion: "Default: in $XDG_RUNTIME_DIR, else in /run/user/UID.", valueName: "dir"))
  var earlyDataMarks: PathArgument?

  func validate() throws {
    guard earlyDataMarks == nil || earlyData != nil else {
      throw ValidationError("--early-data-marks goes with --early-data.")
    }
  }

  private static let mostBytes = 64 * 1024 * 1024

  /// The file's contents; nil without the option.
  /// - Parameter files: Reads those that come through pipes.
  func contents(_ files: PipedFiles) throws -> [UInt8]? {
    guard let earlyData else { return nil }
    let path = try files.file(earlyData.path, "the early data")
    let what = "can't read the early data"
    let number = unsafe path.withCString { unsafe open($0, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) }
    guard number >= 0 else { throw FileFailure(what, path, errno) }
    let file = Descriptor(owning: number)
    guard let status = file.status() else { throw FileFailure(what, path, errno) }
    guard status.isKind(S_IFREG) else { throw FileFailure("\(what) \(path): it is no file") }
    guard status.st_size <= Self.mostBytes else { throw FileFailure("\(what) \(path): larger than 64 MiB") }
    let (bytes, code) = file.contents(atMost: max(1, Int(status.st_size)))
    guard code == 0 else { throw FileFailure(what, path, code) }
    return bytes
  }
}

extension EarlyDataOutcome {
  /// For programs: one word, and why they weren't offered.
  var words: (outcome: String, reason: String?) {
    switch self {
    case .accepted: ("accepted", nil)
    case .rejected: ("rejected", nil)
    case .repeated: ("repeated", nil)
    case .inDoubt: ("inDoubt", nil)
    case .notOffered(let reason): ("notOffered", reason.rawValue)
    }
  }

  /// For people.
  var text: String {
    switch self {
    case .accepted: "accepted"
    case .rejected: "rejected, and sent again after the handshake"
    case .repeated: "sent again after the handshake of another connection, as the first has failed"
    case .inDoubt: "in doubt, as the handshake has failed"
    case .notOffered(let reason): "sent after the handshake (\(reason))"
    }
  }
}
