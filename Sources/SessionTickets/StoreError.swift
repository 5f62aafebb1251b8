/// A store's failure: what went wrong, where, and what the system said.
///
/// Errors with the same ``code-swift.property`` are equal.
public struct StoreError: Error, Sendable {
  /// An open set of causes: more may come.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    /// A record with this id is already there: seal it again under another.
    public static let idExists = Code(rawValue: "idExists")
    /// The store can't be opened, read or written.
    public static let unavailable = Code(rawValue: "unavailable")
    /// Somebody else could have put something there: wrong owner, writable by others, or a link that others can set.
    public static let unsafe = Code(rawValue: "unsafe")
    /// The record belongs to what was removed from the store meanwhile: see ``TicketStore/generation()``.
    public static let superseded = Code(rawValue: "superseded")
    /// The record or note is larger than a store keeps.
    public static let tooLarge = Code(rawValue: "tooLarge")
    /// The store was closed.
    public static let closed = Code(rawValue: "closed")
  }

  /// Apart, so that an error that may be there takes one word and costs nothing where it isn't.
  private final class Details: Sendable {
    let code: Code
    let message: String
    let place: String
    let errno: Int32
    let leavesNothing: Bool

    init(_ code: Code, _ message: String, _ place: String, _ errno: Int32, _ leavesNothing: Bool) {
      self.code = code
      self.message = message
      self.place = place
      self.errno = errno
      self.leavesNothing = leavesNothing
    }
  }

  private let details: Details

  public var code: Code { details.code }
  /// What happened, in words for the person who runs the program. It holds no secret.
  public var message: String { details.message }
  /// The file or folder, or the address of a store behind a network.
  public var place: String { details.place }
  /// The system's error number, or 0.
  public var errno: Int32 { details.errno }

  /// Of an insertion: nobody has seen the record, and nobody will. Else it may be there, or in somebody's hands.
  public var leavesNothing: Bool { details.leavesNothing }

  public init(_ code: Code, _ message: String, place: String, errno: Int32 = 0, leavesNothing: Bool = false) {
    details = Details(code, message, place, errno, leavesNothing)
  }

  /// The same, of an insertion after which something else has failed: the record may be there.
  package var leavingDoubt: StoreError { StoreError(code, message, place: place, errno: errno) }

  /// The same, of an insertion whose record nobody has seen.
  var leavingNothing: StoreError { StoreError(code, message, place: place, errno: errno, leavesNothing: true) }
}

extension StoreError: Equatable {
  public static func == (left: StoreError, right: StoreError) -> Bool { left.code == right.code }
}
