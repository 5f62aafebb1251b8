import Glibc

/// A shard that was set aside, as it held more files than a listing may take time for: far more than a store puts there.
///
/// The tickets among them are lost with it, but for whoever has the folder open still, and their servers begin anew in a new
/// folder. Nothing looks into it again but a purge, which removes it all, and a server's forgetting; these may take their
/// time.
enum AsideFolder {
  private static let prefix = Array("aside-".utf8)

  /// A name that no folder has.
  static func newName() -> EntryName {
    var name = prefix
    name.append(hexadecimal: UInt64.random(in: .min ... .max))
    return EntryName(name)
  }

  private static func isName(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    name.count == prefix.count + 16 && (unsafe name.starts(with: prefix))
  }

  /// Visits all that were set aside in a role's folder.
  static func forEach(in role: Folder, _ visit: (Folder) throws(StoreError) -> Void) throws(StoreError) {
    for name in try names(in: role) {
      if let aside = try role.subfolder(name, create: false) { try visit(aside) }
    }
  }

  private static func names(in role: Folder) throws(StoreError) -> [EntryName] {
    var names: [EntryName] = []
    unsafe try role.reopened().forEachName { name in
      if unsafe isName(name) { unsafe names.append(EntryName(name)) }
    }
    return names
  }

  /// Removes all that were set aside in a role's folder.
  /// - Parameter removed: Is told of each file that was removed, by its name.
  static func removeAll(in role: Folder, _ removed: (UnsafeBufferPointer<UInt8>) -> Void) throws(StoreError) {
    // Folders within become such folders themselves: as often as they are nested.
    for _ in 0..<100 {
      let names = try names(in: role)
      guard !names.isEmpty else { return }
      for name in names {
        if let aside = try role.subfolder(name, create: false) { unsafe try empty(aside, into: role, removed) }
        guard unsafe unlinkat(role.descriptor.number, name.characters, AT_REMOVEDIR) == 0 || errno == ENOENT else {
          throw role.failure("'\(name.text)' can't be removed", errno: errno)
        }
      }
    }
  }

  private static func empty(
    _ aside: Folder, into role: Folder, _ removed: (UnsafeBufferPointer<UInt8>) -> Void
  ) throws(StoreError) {
    let number = aside.descriptor.number
    var hasChanged = true
    // Again while there is something to remove: a listing may miss what moves as others go.
    while hasChanged {
      hasChanged = false
      aside.rewind()
      unsafe try aside.forEachName { name in
        let entry = unsafe EntryName(name)
        guard !entry.isDots else { return }
        if unsafe unlinkat(number, entry.characters, 0) == 0 {
          unsafe removed(name)
          hasChanged = true
        } else if errno == EISDIR {
          let isGone =
            unsafe unlinkat(number, entry.characters, AT_REMOVEDIR) == 0
            || (unsafe renameat(number, entry.characters, role.descriptor.number, newName().characters) == 0)
          if isGone { hasChanged = true }
        }
      }
    }
  }
}
