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
    /// The record or note is larger than a store keeps.
    public static let tooLarge = Code(rawValue: "tooLarge")
    /// The store was closed.
    public static let closed = Code(rawValue: "closed")
  }

  public let code: Code
  /// What happened, in words for the person who runs the program. It holds no secret.
  public let message: String
  /// The file or folder, or the address of a store behind a network.
  public let place: String
  /// The system's error number, or 0.
  public let errno: Int32

  public init(_ code: Code, _ message: String, place: String, errno: Int32 = 0) {
    self.code = code
    self.message = message
    self.place = place
    self.errno = errno
  }
}

extension StoreError: Equatable {
  public static func == (left: StoreError, right: StoreError) -> Bool { left.code == right.code }
}
