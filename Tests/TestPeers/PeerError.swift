/// Why a peer couldn't be used: the test that needed it fails with this.
public struct PeerError: Error, Equatable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
