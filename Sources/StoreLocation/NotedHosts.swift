package import RedisSessionTickets
package import SessionTickets

/// The addresses of shared stores, as `gnutls-resume store refresh` has found them: a list in the form of `/etc/hosts`, in this
/// machine's own folder of tickets. No connection waits for a resolver.
package enum NotedHosts {
  private static let name = EntryName("hosts")
  private static let mostBytes = 64 * 1_024

  /// Numeric addresses, those of `/etc/hosts`, and those that were noted.
  package static func addresses(of host: String, beside place: FolderPlace?) -> [RedisAddress] {
    let known = HostsFile.addresses(of: host)
    guard known.isEmpty, let place else { return known }
    return HostsFile.addresses(of: Array(host.utf8), listedIn: (try? contents(of: place)) ?? [])
  }

  /// Notes a host's addresses in place of those of before.
  package static func note(_ addresses: [RedisAddress], of host: String, in place: FolderPlace) throws(StoreError) {
    guard let folder = try Folder.open(place, create: true) else {
      throw StoreError(.unavailable, "the folder is being deleted", place: place.path.description)
    }
    let file = OnceMadeFile(name, in: folder, atMost: mostBytes)
    try file.replace(now: .now()) { (old) throws(StoreError) in
      var text: [UInt8] = []
      for line in (old ?? []).split(separator: UInt8(ascii: "\n")) where !isAbout(host, line) {
        text += line + [UInt8(ascii: "\n")]
      }
      for address in addresses { text += "\(address.text) \(host)\n".utf8 }
      guard text.count <= mostBytes else {
        throw StoreError(.tooLarge, "too many hosts are noted; delete the file", place: "\(folder.path)/hosts")
      }
      return text
    }
  }

  private static func isAbout(_ host: String, _ line: ArraySlice<UInt8>) -> Bool {
    line.split(separator: UInt8(ascii: " ")).dropFirst().contains { $0.elementsEqual(host.utf8) }
  }

  private static func contents(of place: FolderPlace) throws(StoreError) -> [UInt8] {
    guard let folder = try Folder.open(place, create: false) else { return [] }
    return try OnceMadeFile(name, in: folder, atMost: mostBytes).read() ?? []
  }
}
