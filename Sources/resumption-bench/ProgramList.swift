import Foundation

extension Program {
  static let all = [gnutlsCli, wget, wget2, curl, git, lftp, apt, client]

  private static let priorities = "NORMAL:-VERS-TLS1.3"
  private static let root = Fixture.RSA.root

  static let gnutlsCli = Program(
    name: "gnutls-cli", input: "GET / HTTP/1.0\r\n\r\n", goals: (0.1, 0.333),
    words: { home, withoutTLS13 in
      [try Products.installed("gnutls-cli"), "--port", "\(home.port)"]
        + (withoutTLS13 ? ["--priority", priorities] : []) + [Fixture.name]
    })

  private static let wget = Program(
    name: "wget", goals: (0.1, 0.333),
    words: { home, withoutTLS13 in
      [try Products.installed("wget"), "--no-config", "--no-hsts", "-q", "-O", "/dev/null"]
        // --secure-protocol=TLSv1_2 allows TLS 1.3.
        + (withoutTLS13 ? ["--ciphers=\(priorities)"] : []) + [home.url]
    })

  private static let wget2 = Program(
    name: "wget2", goals: (0.333, 1),
    words: { home, withoutTLS13 in
      [try Products.installed("wget2"), "--no-config", "--no-hsts", "--no-hpkp", "--no-ocsp", "--no-tls-resume", "-q"]
        + ["-O", "/dev/null"]
        + (withoutTLS13 ? ["--secure-protocol=\(priorities)"] : []) + [home.url]
    })

  private static let curl = Program(
    name: "libcurl-gnutls", goals: (0.333, 0.333),
    words: { home, withoutTLS13 in
      [try compiled(home.workbench, "libcurl client", ["curl-client.c"], "-lcurl-gnutls"), home.url, "-"]
        + (withoutTLS13 ? ["tls1.2"] : [])
    })

  // Neither http.sslVersion nor http.sslCipherList keeps libcurl-gnutls from TLS 1.3.
  private static let git = Program(
    name: "git ls-remote", canDoWithoutTLS13: false, goals: (0.333, 1),
    words: { home, _ in
      let git = try Products.installed("git")
      return [git, "ls-remote", "-q", "\(home.url)/git/sample.git"]
    })

  private static let lftp = Program(
    name: "lftp",
    words: { home, withoutTLS13 in
      let settings =
        "set ssl:verify-certificate yes; set net:max-retries 1; set net:timeout 10"
      let priority = withoutTLS13 ? "; set ssl:priority \(priorities)" : ""
      return [try Products.installed("lftp"), "--norc", "-c", "\(settings)\(priority); cat \(home.url)/"]
    })

  private static let apt = Program(
    name: "apt-get update", canDoWithoutTLS13: false, pairs: 15, goals: (0.2, 1),
    prepare: { home in
      for folder in ["etc/apt.conf.d", "etc/preferences.d", "etc/sources.list.d", "etc/trusted.gpg.d", "log", "state"] {
        try FileManager.default.createDirectory(atPath: "\(home.path)/\(folder)", withIntermediateDirectories: true)
      }
      let files = [
        "state/status": "", "etc/sources.list": "deb [trusted=yes] \(home.url)/archive ./\n",
        "apt.conf": """
        Dir "\(home.path)"; Dir::Etc "etc"; Dir::State "state"; Dir::Cache "cache"; Dir::Log "log";
        Dir::State::status "\(home.path)/state/status"; Dir::Bin::Methods "/usr/lib/apt/methods";
        Acquire::Languages "none"; Acquire::Retries "0";
        APT::Sandbox::User "root";

        """,
      ]
      for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(home.path)/\(name)")) }
    },
    // Fetched anew each time.
    tidy: { home in
      for folder in ["state/lists", "cache"] {
        try? FileManager.default.removeItem(atPath: "\(home.path)/\(folder)")
      }
      for folder in ["state/lists/partial", "cache/archives/partial"] {
        try FileManager.default.createDirectory(atPath: "\(home.path)/\(folder)", withIntermediateDirectories: true)
      }
    },
    words: { home, _ in
      let apt = try Products.installed("apt-get")
      let libraries = try home.workbench.once("libraries of apt's method") {
        let words = [try Products.installed("ldd"), "/usr/lib/apt/methods/https"]
        let command = Command(words: words, environment: home.workbench.environment())
        return try Launcher.run(command, isCaptured: true).output
      }
      // From 3.0 on it is OpenSSL's.
      guard libraries.contains("libgnutls.so") else { throw Skip("its TLS isn't GnuTLS's") }
      return [apt, "-q=2", "-c", "\(home.path)/apt.conf", "--error-on=any", "update"]
    })

  private static let client = Program(
    name: "a client in C",
    words: { home, withoutTLS13 in
      let sources = ["main.c", "client.c", "options.c", "verification.c", "transport.c"]
      return [try compiled(home.workbench, "client", sources, "-lgnutls"), "\(home.port)", root]
        + (withoutTLS13 ? ["priority=\(priorities)"] : [])
    })

  /// The path of a client of `Fixtures/clients`, compiled when first asked for.
  static func compiled(
    _ workbench: Workbench, _ name: String, _ sources: [String], _ library: String
  ) throws -> String {
    try workbench.once("compiled \(name)") {
      let compiler = try Products.installed("cc")
      let path = workbench.newPath("client")
      let words = [compiler, "-std=gnu11", "-O2", "-pthread", "-o", path] + sources.map(Fixture.client) + [library]
      do {
        _ = try Launcher.run(Command(words: words, environment: workbench.environment()))
      } catch {
        throw Skip("\(name) can't be compiled")
      }
      return path
    }
  }
}
