import GnuTLSResumption
import SessionTickets
import StoreLocation

/// The stores that the options choose, as people are told of them.
struct StoreNames {
  /// This machine's own folder.
  let local: String
  /// The store that machines share; it shows no password.
  let shared: String?
  let bounds: StoreBounds
  let sharedBounds: StoreBounds?
  /// The file of this machine's own master key.
  let keyFile: String

  init(_ choice: StoreChoice) throws {
    local = try choice.localPlace().path.description
    bounds = choice.bounds
    keyFile = try (choice.keyFile ?? StandardPlaces.masterKey()).description
    guard case .server(let url)? = try choice.location() else {
      (shared, sharedBounds) = (nil, nil)
      return
    }
    shared = url.description
    sharedBounds = url.bounds
  }

  /// All of them.
  var text: String { shared.map { "\(local), or in \($0)" } ?? local }

  /// What is to be known of tickets that can't be opened; nil if there are none.
  func lostKey(of unopened: Int) -> String? {
    guard unopened > 0 else { return nil }
    let what = unopened == 1 ? "1 ticket in \(local) is" : "\(unopened) tickets in \(local) are"
    return "\(what) sealed under a key that isn't in \(keyFile): bring it back, or wait until they have expired, or "
      + "'gnutls-resume purge' them"
  }
}
