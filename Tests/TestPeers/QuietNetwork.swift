import Foundation

/// A machine whose resolver never answers: a loopback interface, one behind which nobody is, and a name server there.
///
/// Commands run on it by way of ``wrapper``. It ends with the test.
public final class QuietNetwork: Sendable {
  /// An address that swallows everything.
  public static let nowhere = "192.0.2.9"

  private let folder: TemporaryFolder
  private let holder: RunningProcess

  /// - Parameter servers: A command of the shell that starts what is to listen there: in the background.
  public init(servers: String = "") throws {
    let folder = try TemporaryFolder()
    try Self.write("nameserver 192.0.2.53\noptions timeout:2 attempts:1\n", to: folder.file("resolv.conf"))
    try Self.write("hosts: files dns\n", to: folder.file("nsswitch.conf"))
    try Self.write("127.0.0.1 localhost\n", to: folder.file("hosts"))
    // The kernel forgets the parent-death signal when `unshare` changes credentials: what runs here ends with the input.
    let script = """
      ip link set lo up
      ip link add name uplink type veth peer name nobody
      ip address add 192.0.2.1/24 dev uplink
      ip link set uplink up
      ip link set nobody up
      for file in resolv.conf nsswitch.conf hosts; do mount --bind "$0/$file" "/etc/$file"; done
      \(servers)
      echo ready
      cat >/dev/null
      for child in $(jobs -p); do kill "$child"; done
      """
    holder = try RunningProcess(["unshare", "-rnm", "bash", "-ec", script, folder.path])
    self.folder = folder
    guard holder.waitForOutput("ready\n") else { throw PeerError("no namespace: \(holder.standardError)") }
  }

  /// What stands before a command that is to run there.
  public var wrapper: [String] {
    ["nsenter", "-t", "\(holder.identifier)", "--user", "--net", "--mount", "--preserve-credentials"]
  }

  /// Puts a line into its `/etc/hosts`, or takes it out.
  public func setHost(_ line: String?) throws {
    // In place: the file is what is mounted.
    try Self.write("127.0.0.1 localhost\n" + (line.map { $0 + "\n" } ?? ""), to: folder.file("hosts"))
  }

  private static func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }
}
