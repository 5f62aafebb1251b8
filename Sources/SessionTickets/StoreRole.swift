/// Which side of TLS a store's records serve. Records of different roles never meet.
public enum StoreRole: String, Sendable, CaseIterable {
  case client
  case server
}
