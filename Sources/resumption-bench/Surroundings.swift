import CBenchmark
import Foundation

/// Mounts and a network of the benchmark's own. They end with it, however it ends.
struct Surroundings {
  /// Why there are none; nil if there are.
  let obstacle: String?
  /// What clients then see as the system's trust.
  private static let bundle = "/etc/ssl/certs/ca-certificates.crt"

  /// To be called before anything is started, and on the one thread that starts it.
  init() {
    if geteuid() != 0 {
      obstacle = "needs root, for mounts and a network of its own"
    } else if cbenchmark_enter_namespaces() != 0 {
      obstacle = "\(Failure("there can't be mounts and a network of its own", errno: errno))"
    } else {
      obstacle = nil
    }
  }

  func require() throws {
    if let obstacle { throw Skip(obstacle) }
  }

  /// Adds the roots of the servers' certificates to the system's trust, as this process and its children see it.
  func installTrust(in folder: String) throws {
    try require()
    guard let system = FileManager.default.contents(atPath: Self.bundle),
      let root = FileManager.default.contents(atPath: Fixture.root),
      let otherRoot = FileManager.default.contents(atPath: Fixture.RSA.root)
    else { throw Skip("there is no \(Self.bundle)") }
    let path = "\(folder)/trust.pem"
    try (system + root + otherRoot).write(to: URL(fileURLWithPath: path))
    guard unsafe cbenchmark_mount_file(path, Self.bundle) == 0 else {
      throw Failure("mounting the trust", errno: errno)
    }
    // The system's own wasn't changed just now: whoever looks at the file's times shall see that.
    Thread.sleep(forTimeInterval: 2.5)
  }

  /// The mount is to be noted where the folder is removed.
  func mountMemory(at folder: String, megabytes: Int) throws {
    try require()
    guard unsafe cbenchmark_mount_memory(folder, UInt32(megabytes)) == 0 else {
      throw Failure("mounting a file system in memory", errno: errno)
    }
  }

  /// Lets clients and servers open connections fast (Linux, ip-sysctl: tcp_fastopen).
  func allowFastOpen() throws {
    try require()
    try Data("3\n".utf8).write(to: URL(fileURLWithPath: "/proc/sys/net/ipv4/tcp_fastopen"))
  }

  /// Starts the link on which a round trip takes that long. Returns the address to connect to.
  func startDelayedLink(roundTrip seconds: Double) throws -> String {
    try require()
    guard cbenchmark_start_delayed_link(UInt32(seconds * 500_000)) == 0 else {
      throw Skip("\(Failure("there can't be a delayed link", errno: errno))")
    }
    return CBENCHMARK_FAR_ADDRESS
  }
}
