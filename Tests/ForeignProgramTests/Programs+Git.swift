import TestPeers

/// git's http.sslVersion and http.sslCipherList don't keep libcurl-gnutls from TLS 1.3.
extension ForeignProgram {
  static let gitListing = ForeignProgram(
    name: "git ls-remote", command: { home, _, _ in git(home) + ["ls-remote", repository(home)] })

  static let gitClone = ForeignProgram(
    name: "git clone",
    command: { home, run, _ in
      git(home) + ["clone", "--quiet", repository(home), home.folder.file("clone-\(run)")]
    })

  static let gitFetch = ForeignProgram(
    name: "git fetch",
    prepare: { home in
      let folder = home.folder.file("fetched")
      for command in [["init", "-q", folder], ["-C", folder, "remote", "add", "origin", repository(home)]] {
        let result = try ProcessRunner.run(Launch.plain.command(["git"] + command, home: home.path))
        guard result.status == 0 else { throw PeerError("git \(command): \(result.output)") }
      }
    },
    command: { home, _, _ in git(home) + ["-C", home.folder.file("fetched"), "fetch", "--quiet", "origin"] })

  private static func git(_ home: Home) -> [String] {
    ["git", "-c", "http.sslCAInfo=\(home.trustFile)"]
  }

  private static func repository(_ home: Home) -> String { "\(home.url)/git/sample.git" }
}
