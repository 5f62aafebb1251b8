package import GnuTLSResumption
public import RedisSessionTickets
public import SessionTickets

/// Where tickets are kept, as people name it: a folder of this machine, or the URL of a server that machines share.
public enum StoreLocation: Hashable, Sendable {
  case folder(RawPath)
  /// Tickets of named servers are kept there, the others' and all notes in the user's own folder (`StandardPlaces`).
  case server(RedisURL)

  /// Reads a path or a URL: `redis://`, `rediss://` or `redis+unix://`, see `RedisURL`.
  /// - Throws: What is wrong with a URL, in words that repeat nothing that could be a password.
  public init(_ text: RawPath) throws(StoreError) {
    if RedisURL.isMeant(by: text.bytes) {
      self = .server(try RedisURL(bytes: text.bytes))
    } else {
      self = .folder(text)
    }
  }
}

extension StoreLocation {
  /// A store there for what servers share, and the keys under which it is sealed.
  /// - Parameter keyFile: Nil for the user's own, which no other machine has.
  package func serverPlace(
    keyFile: RawPath?
  ) throws(StoreError) -> (store: any TicketStore, masterKey: MasterKeySource) {
    switch self {
    case .folder(let path):
      return (DirectoryStore(path: path, role: .server), keyFile.map { .file($0) } ?? .standardFile)
    case .server(let url):
      guard let keyFile else {
        throw StoreError(.unavailable, "name the file of the key that the servers share", place: url.description)
      }
      // What this machine notes of a store, and its own tickets for it, are of role client.
      let local = (try? StandardPlaces.storePlace()).map { place in
        LocalTickets(place: place, store: DirectoryStore(at: place), masterKey: .standardFile)
      }
      return (RestingStore(url, role: .server, beside: local), .handedOutFile(keyFile))
    }
  }
}

extension StoreLocation: CustomStringConvertible {
  /// For people. It shows no password.
  public var description: String {
    switch self {
    case .folder(let path): path.description
    case .server(let url): url.description
    }
  }
}
