internal import SessionTickets
internal import SessionTicketsLocking

/// The master keys of one store: read when first needed, and again now and then, as somebody may rotate them.
final class MasterKeys: Sendable {
  /// After which time a file is read again, in nanoseconds on the monotonic clock.
  private static let interval: Int64 = 60 * 1_000_000_000

  private struct Known {
    let ring: KeyRing
    let time: Int64
  }

  private let source: MasterKeySource
  private let known = Lock<Known?>(nil)

  init(_ source: MasterKeySource) { self.source = source }

  /// The keys, or nil if there are none yet and none are to be made.
  /// - Parameter time: On the monotonic clock.
  func ring(create: Bool, now: WallTime, time: Int64 = Deadline.now()) throws(StoreError) -> KeyRing? {
    try known.withLock { (known) throws(StoreError) in
      if let known, time &- known.time < Self.interval { return known.ring }
      let ring: KeyRing?
      if let before = known?.ring {
        // A file that is gone, or damaged, by now is no reason to forget what this process has.
        ring = (try? load(create: false, now: now)) ?? before
      } else {
        ring = try load(create: create, now: now)
      }
      known = ring.map { Known(ring: $0, time: time) }
      return ring
    }
  }

  /// For messages.
  var path: String {
    switch source.kind {
    case .keys, .ephemeral: ""
    case .file(let path), .handedOutFile(let path): path.description
    case .standardFile: (try? StandardPlaces.masterKey().description) ?? ""
    }
  }

  private func load(create: Bool, now: WallTime) throws(StoreError) -> KeyRing? {
    switch source.kind {
    case .keys(let ring): ring
    case .ephemeral: create ? try Self.drawn() : nil
    case .file(let path): try KeyFile(FolderPlace(path)).load(create: create, now: now)
    case .handedOutFile(let path):
      // It may be a service's credential, or root's.
      try KeyFile(FolderPlace(path: path, base: nil, origin: .credentials), isHandedOut: true).load(
        create: false, now: now)
    case .standardFile: try KeyFile(StandardPlaces.masterKeyPlace()).load(create: create, now: now)
    }
  }

  private static func drawn() throws(StoreError) -> KeyRing {
    guard let key = try? MasterKey.generate() else {
      throw StoreError(.unavailable, "no key can be drawn: no memory, or GnuTLS gives no random bytes", place: "")
    }
    return KeyRing(newest: key)
  }
}
