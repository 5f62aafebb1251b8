import Foundation

/// What the cases share: a temporary folder, the surroundings, and what was made once for several of them.
final class Workbench {
  let folder: TemporaryFolder
  let surroundings: Surroundings
  let options: Settings
  let progress = Progress()
  private var made: [String: Any] = [:]
  private var fileCount = 0

  /// What the command line asks for.
  struct Settings {
    /// The most pairs of each row; nil for each row's own number.
    var pairs: Int?
    var includesPeers = false
    var countsInstructions = false
    /// How many servers' tickets a full store holds.
    var servers = 100_000
  }

  init(_ options: Settings) throws {
    surroundings = Surroundings()
    self.options = options
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: "\(folder.path)/home", withIntermediateDirectories: false)
  }

  /// The path of something new.
  func newPath(_ name: String, in parent: String? = nil) -> String {
    fileCount += 1
    return "\(parent ?? folder.path)/\(fileCount)-\(name)"
  }

  /// - Parameter parent: Nil for the run's own.
  func newFolder(_ name: String, in parent: String? = nil) throws -> String {
    let path = newPath(name, in: parent)
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    return path
  }

  /// A new folder that is kept in memory, where one can be mounted.
  ///
  /// On disk the same operations don't always take the same time: ext4 keeps away from the inodes of files deleted
  /// lately, and in some folders more were than in others.
  func newFolderInMemory(_ name: String, megabytes: Int) throws -> String {
    let folder = try newFolder(name)
    if surroundings.obstacle == nil { try mountMemory(at: folder, megabytes: megabytes) }
    return folder
  }

  func mountMemory(at folder: String, megabytes: Int) throws {
    try surroundings.mountMemory(at: folder, megabytes: megabytes)
    self.folder.noteMount(folder)
  }

  /// Of every process that is started: nothing of the user's shows.
  func environment(home: String? = nil) -> [String: String] {
    let home = home ?? "\(folder.path)/home"
    return [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": home, "LANG": "C.UTF-8",
      "XDG_STATE_HOME": "\(home)/state", "XDG_CONFIG_HOME": "\(home)/config", "GIT_TERMINAL_PROMPT": "0",
    ]
  }

  /// What several rows need, made by the first that does.
  func once<Value>(_ name: String, _ make: () throws -> Value) rethrows -> Value {
    if let value = made[name] as? Value { return value }
    let value = try make()
    made[name] = value
    return value
  }

  /// Makes the servers' root part of the system's trust.
  func installTrust() throws { try once("trust") { try surroundings.installTrust(in: folder.path) } }

  /// In seconds.
  static let roundTrip = 0.1

  /// An address a round trip away, behind which 127.0.0.1 listens.
  func addressFarAway() throws -> String {
    try once("link") { try surroundings.startDelayedLink(roundTrip: Self.roundTrip) }
  }

  func filledStores() throws -> FilledStores { try once("filled stores") { try FilledStores(self) } }

  func requirePeers() throws {
    if !options.includesPeers { throw Skip("needs --peers") }
  }
}
