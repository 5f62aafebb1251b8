import Foundation
import TestPeers

/// apt-get update by apt's method for HTTPS, with nothing of the machine's own configuration. It has no option that
/// restricts it to TLS 1.2.
extension ForeignProgram {
  static let apt = makeApt("apt-get update", user: "root")
  /// From 3.0 on it talks TLS through OpenSSL.
  static let aptUsesGnuTLS =
    (try? ProcessRunner.run(["ldd", "/usr/lib/apt/methods/https"]))?.standardOutput.contains("libgnutls.so") == true

  /// As it comes, the method gives up the superuser's rights.
  static let aptSandboxed = makeApt("apt-get update with its sandbox", user: "_apt")

  private static func makeApt(_ name: String, user: String) -> ForeignProgram {
    ForeignProgram(
      name: name, prepare: { try prepareApt($0, user: user) },
      command: { home, _, _ in
        // Fetched anew each time.
        try? FileManager.default.removeItem(atPath: home.folder.file("state/lists"))
        try makeLists(home, user: user)
        return ["env", "APT_CONFIG=\(home.folder.file("apt.conf"))", "apt-get", "--error-on=any", "update"]
      },
      // How long it took.
      stableOutput: { $0.split(separator: "\n").filter { !$0.hasPrefix("Fetched ") }.joined(separator: "\n") })
  }

  private static func prepareApt(_ home: Home, user: String) throws {
    try home.makeFolders("etc/apt.conf.d", "etc/preferences.d", "etc/sources.list.d", "etc/trusted.gpg.d")
    try home.makeFolders("cache/archives/partial", "log", "state")
    try home.folder.write("state/status", "")
    // A copy, as the other user may not get to where the file is.
    try home.folder.write("trusted-by-apt.pem", String(contentsOfFile: home.trustFile, encoding: .utf8))
    try home.folder.write("etc/sources.list", "deb [trusted=yes] \(home.url)/archive ./\n")
    try home.folder.write(
      "apt.conf",
      """
      Dir "\(home.path)";
      Dir::Etc "etc"; Dir::State "state"; Dir::Cache "cache"; Dir::Log "log";
      Dir::State::status "\(home.folder.file("state/status"))";
      Dir::Bin::Methods "/usr/lib/apt/methods";
      Acquire::https::CaInfo "\(home.folder.file("trusted-by-apt.pem"))";
      Acquire::Languages "none";
      Acquire::Retries "0";
      APT::Sandbox::User "\(user)";

      """)
    // The other user has to get in.
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: home.path)
  }

  private static func makeLists(_ home: Home, user: String) throws {
    try home.makeFolders("state/lists/partial")
    guard geteuid() == 0, user != "root" else { return }
    try FileManager.default.setAttributes(
      [.ownerAccountName: user], ofItemAtPath: home.folder.file("state/lists/partial"))
  }
}
