import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// Read-only images are built with fixed times, and one is mounted in the other's place: device, inode, size and all
/// times of a file are the same then, and its contents are not.
@Suite(
  "A read-only image in another's place", .serialized,
  .enabled(if: Images.areMountable, "loop devices can't be mounted"))
struct ExchangedImageTests {
  enum Part: String, CaseIterable {
    case file, folder, list, configuration
  }

  enum Layer: String, CaseIterable {
    case image
    case overlay
  }

  private let tool: Tool
  private let root: CertificateAuthority
  private let leaf: IssuedCertificate

  init() throws {
    tool = try Tool()
    root = try CertificateAuthority()
    leaf = try root.issue()
  }

  /// What the first and the second image have in the file, in as many bytes.
  private func contents(of part: Part) throws -> (before: [UInt8], after: [UInt8]) {
    let (before, after): ([UInt8], [UInt8]) =
      switch part {
      case .file, .folder: (root.certificate, try CertificateAuthority(AuthorityOptions(name: "Other")).certificate)
      case .list: (try root.revocationList(), try root.revocationList(revoking: [leaf]))
      case .configuration:
        (Array("[overrides]\n".utf8), Array("[overrides]\nmin-verification-profile = future\n".utf8))
      }
    let count = max(before.count, after.count)
    func padded(_ bytes: [UInt8]) -> [UInt8] {
      bytes + [UInt8](repeating: UInt8(ascii: "\n"), count: count - bytes.count)
    }
    return (padded(before), padded(after))
  }

  @Test("is found out: what it doesn't trust isn't resumed", arguments: Part.allCases, Layer.allCases)
  func exchanged(part: Part, layer: Layer) throws {
    let server = try TLSServer(certificate: leaf.serverCertificate)
    let trust = try tool.folder.write("trust.pem", root.certificate)
    let (before, after) = try contents(of: part)
    try Images.make(in: tool.folder, file: "part", before, after)
    let options =
      switch part {
      case .file: "--ca-file $M/part"
      case .folder: "--ca-folder $M"
      case .list: "--ca-file \(trust) --crl-file $M/part"
      case .configuration: "--ca-file \(trust)"
      }
    let connect =
      "$TOOL connect 127.0.0.1:\(server.port) --server-name localhost --json --store $STORE --key-file $KEY \(options)"
    let (mount, unmount) = Images.commands(layer)
    let result = try tool.shell(
      """
      set -e
      mkdir $D/mount $D/lower $D/upper $D/work
      export M=$D/mount
      \(part == .configuration ? "export GNUTLS_SYSTEM_PRIORITY_FILE=$M/part" : "")
      I=$D/first.img; \(mount)
      stat -c '%d %i %s %Y %Z' $M/part >&2
      \(connect); \(connect)
      \(unmount)
      I=$D/second.img; \(mount)
      stat -c '%d %i %s %Y %Z' $M/part >&2
      \(connect) --no-resume 2>/dev/null || \(connect) 2>/dev/null || true
      """, port: server.port, prefix: ["unshare", "-m"])
    try #require(result.status == 0, "\(result.output)")
    let stamps = result.standardError.split(separator: "\n")
    // Others mount overlays too, meanwhile, and may get the number.
    try #require(stamps.count == 2 && (stamps[0] == stamps[1] || layer == .overlay), "\(stamps)")
    let lines: [String] = result.standardOutput.split(separator: "\n").map { String($0) + "\n" }
    #expect(try lines.prefix(2).map { try Report($0).reason } == ["noTicket", nil], "\(result.output)")
    #expect(try lines.dropFirst(2).map { try Failure($0).error } == ["notTrusted", "notTrusted"], "\(result.output)")
    #expect(server.waitForConnections(4).map { $0.clientHello?.offersResumption } == [false, true, false, false])
  }
}

private enum Images {
  static let areMountable = {
    guard let folder = try? TemporaryFolder() else { return false }
    let script = """
      head -c 1048576 /dev/zero >$0/image && mke2fs -q -O ^has_journal $0/image && mount -o ro,loop $0/image /mnt
      """
    return (try? ProcessRunner.run(["unshare", "-m", "sh", "-c", script, folder.path]))?.status == 0
  }()

  /// Makes two images with the same file of other contents, which have been changed long ago.
  static func make(in folder: TemporaryFolder, file: String, _ before: [UInt8], _ after: [UInt8]) throws {
    try FileManager.default.createDirectory(atPath: folder.file("contents"), withIntermediateDirectories: false)
    try folder.write("contents/\(file)", before)
    let image = folder.file("first.img")
    try run(["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", folder.file("contents"), image, "1M"])
    for time in ["ctime", "mtime"] { try run(["debugfs", "-w", "-R", "sif \(file) \(time) 1600000000", image]) }
    var bytes = try #require(FileManager.default.contents(atPath: image))
    let place = try #require(bytes.range(of: Data(before)))
    bytes.replaceSubrange(place, with: after)
    try folder.write("second.img", Array(bytes))
  }

  private static func run(_ command: [String]) throws {
    let result = try ProcessRunner.run(command)
    try #require(result.status == 0, "\(result.output)")
  }

  /// What mounts `$I` at `$M`, and unmounts it.
  static func commands(_ layer: ExchangedImageTests.Layer) -> (mount: String, unmount: String) {
    switch layer {
    case .image: ("mount -o ro,loop $I $M", "umount $M")
    case .overlay:
      (
        "mount -o ro,loop $I $D/lower; mount -t overlay -o lowerdir=$D/lower,upperdir=$D/upper,workdir=$D/work none $M",
        "umount $M; umount $D/lower"
      )
    }
  }
}
