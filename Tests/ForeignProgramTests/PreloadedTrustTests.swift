import ScriptableTLSServer
import TestPeers
import Testing

/// A resumed connection of a foreign program is never trusted more than a fresh one.
struct PreloadedTrustTests {
  @Test(
    "wget without checks leaves nothing to wget with checks, which refuses as without tickets", .needs(.nginx, .wget))
  func noCheckThenCheck() throws {
    let server = try NginxServer()
    let visitor = try Visitor(port: server.port, trusted: Fixture.ecdsa.otherRoot)
    let unchecking = ForeignProgram(name: "wget --no-check-certificate") { home, run, tls12 in
      try ForeignProgram.wget.command(home, run, tls12) + ["--no-check-certificate"]
    }
    for _ in 0..<2 { #expect(try visitor.run(unchecking).standardOutput == "ok\n") }
    #expect(try visitor.preload.count() == Preload.Count())
    #expect(try visitor.runPlainly(.wget).status == 5)
    #expect(try visitor.differences(.wget) == [])
    #expect(server.waitForConnections(2).map(\.resumed) == [false, false])
  }

  @Test(
    "Once its root is gone, a server is refused as without tickets; once it is back, trusted", .needs(.nginx),
    arguments: ForeignProgram.thatVerify, Negotiation.withoutServer)
  func rootRemoved(program: ForeignProgram, negotiation: Negotiation) throws {
    let server = try ForeignServer(for: program, negotiation)
    var visitor = try Visitor(port: server.port)
    visitor.negotiation = negotiation
    for _ in 0..<2 { #expect(try visitor.run(program).status == 0) }
    if !program.forbidsExtendedMasterSecret.contains(negotiation) {
      #expect(visitor.preload.events.last?.hasPrefix("resumed") == true, "\(visitor.preload.events)")
    }
    try visitor.trust(Fixture.ecdsa.otherRoot)
    #expect(try visitor.runPlainly(program).status != 0)
    #expect(try visitor.differences(program) == [])
    #expect(visitor.preload.events.last?.hasPrefix("resumed") == false, "\(visitor.preload.events)")
    try visitor.trust(Fixture.ecdsa.root)
    #expect(try visitor.run(program).status == 0)
  }

  @Test(
    "A verify function is called after a resumption too; if it refuses, so does gnutls_handshake, and siblings go",
    .needs(.nginx, .compiler), arguments: ["function", "session-function"], Negotiation.withoutServer)
  func functionRefuses(verify: String, negotiation: Negotiation) throws {
    let accepting = ForeignProgram.client("accepting", "verify=\(verify)")
    let refusing = ForeignProgram.client("refusing", "verify=\(verify)", "verdict=refuse")
    let server = try ForeignServer(for: accepting, negotiation)
    var visitor = try Visitor(port: server.port)
    visitor.negotiation = negotiation
    let fresh = try visitor.runPlainly(refusing)
    #expect(fresh.standardOutput == "Error in the certificate.\n" && fresh.status == 1)
    for _ in 0..<2 { #expect(try visitor.run(accepting).standardError == "verifying\n") }
    let refused = try visitor.run(refusing)
    #expect(Visitor.differences(fresh, refused, refusing) == [])
    #expect(visitor.preload.events.last == "resumed, but refused by the program's own check")
    #expect(try visitor.preload.count() == Preload.Count())
    let outputs = try [0, 1].map { _ in try visitor.run(accepting).standardOutput }
    #expect(outputs == ["full\n", "resumed\n"])
    #expect(visitor.preload.events.suffix(2).first == "full (noTicket)")
  }

  @Test(
    "A program that goes on although its check refused a resumption sends and gets nothing", .needs(.compiler),
    arguments: TLSVersion.allCases, ["function", "session-function"])
  func careless(version: TLSVersion, verify: String) throws {
    let server = try TLSServer.forClients { $0.versions = version.script.versions }
    let visitor = try Visitor(port: server.port)
    let priority = "priority=\(version.priorities)"
    #expect(try visitor.run(.client("accepting", "verify=\(verify)", priority)).standardOutput == "full\n")
    let refusing = ForeignProgram.client("careless", "verify=\(verify)", priority, "verdict=refuse", "careless")
    let result = try visitor.run(refusing)
    #expect(
      result.status == 1 && result.standardOutput == "The specified session has been invalidated for some reason.\n")
    #expect(visitor.preload.events.last == "resumed, but refused by the program's own check")
    let seen = server.waitForConnections(2)
    #expect(seen.map(\.isResumed) == [false, true] && seen.map { $0.bytesReceived > 0 } == [true, false])
  }

  @Test(
    "A verify function that wants to be called again is, and lets the connection pass then", .needs(.compiler),
    arguments: TLSVersion.allCases, ["function", "session-function"])
  func later(version: TLSVersion, verify: String) throws {
    let server = try TLSServer.forClients { $0.versions = version.script.versions }
    let visitor = try Visitor(port: server.port)
    let priority = "priority=\(version.priorities)"
    let program = ForeignProgram.client("later", "verify=\(verify)", priority, "verdict=later")
    for expected in ["full\n", "resumed\n", "resumed\n"] {
      let result = try visitor.run(program)
      #expect(result.standardOutput == expected && result.standardError == "verifying\nverifying\n")
    }
  }

  @Test(
    "Session data that a program sets during the handshake don't spare it its check", .needs(.compiler),
    arguments: TLSVersion.allCases)
  func badData(version: TLSVersion) throws {
    let server = try TLSServer.forClients { $0.versions = version.script.versions }
    let visitor = try Visitor(port: server.port)
    let options = [
      "verify=function", "priority=\(version.priorities)", "own-transport",
    ]
    #expect(try visitor.run(.client("accepting", options: options)).standardOutput == "full\n")
    let refusing = ForeignProgram.client("refusing", options: options + ["verdict=refuse", "bad-data"])
    let result = try visitor.run(refusing)
    #expect(result.status == 1 && result.standardError == "verifying\n", "\(result)")
    #expect(server.waitForConnections(2).map(\.isResumed) == [false, true])
  }

  @Test(
    "A program that jumps out of a handshake and comes back to it isn't spared its check", .needs(.compiler),
    arguments: TLSVersion.allCases)
  func jumps(version: TLSVersion) throws {
    let server = try TLSServer.forClients { $0.versions = version.script.versions }
    let visitor = try Visitor(port: server.port)
    let options = [
      "verify=function", "priority=\(version.priorities)", "own-transport", "jump",
    ]
    #expect(try visitor.run(.client("jumping", options: options)).standardOutput == "full\n")
    let result = try visitor.run(.client("refusing", options: options + ["verdict=refuse"]))
    #expect(result.status == 1 && result.standardError == "verifying\n", "\(result)")
    #expect(visitor.preload.events.last == "resumed, but refused by the program's own check")
  }

  @Test("A program that jumps out of its check, and comes back to the handshake, isn't spared it", .needs(.compiler))
  func jumpsInCheck() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let options = ["verify=function", "own-transport"]
    #expect(try visitor.run(.client("accepting", options: options)).standardOutput == "full\n")
    for (verdict, expected) in [("accept", "resumed\n"), ("refuse", "Error in the certificate.\n")] {
      let jumping = options + ["jump-in-check", "verdict=\(verdict)"]
      let result = try visitor.run(.client("jumping", options: jumping))
      #expect(result.standardOutput == expected && result.standardError == "verifying\nverifying\n", "\(result)")
    }
    let seen = server.waitForConnections(3)
    #expect(seen.map(\.isResumed) == [false, true, true] && seen[2].bytesReceived == 0)
  }

  @Test(
    "A check that is due stays so, whatever else the program ends: very many handshakes, or nobody's session",
    .needs(.compiler), arguments: ["many", "nobody"])
  func endsOthers(way: String) throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    #expect(try visitor.run(.several("plain")).standardOutput == "full\n")
    let result = try visitor.run(.several(way, "refuse"))
    #expect(result.status == 1 && result.standardOutput != "resumed\n", "\(result)")
    // Of one handshake too many nothing is offered.
    #expect(server.waitForConnections(2).map(\.isResumed) == [false, way == "nobody"])
  }

  @Test("A check that is set within another session's handshake counts", .needs(.compiler))
  func setWithin() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let options = ["verify=peers2", "own-transport"]
    #expect(try visitor.run(.client("one", options: options)).standardOutput == "full\n")
    let program = ForeignProgram.client("two", options: options + ["set-in-callback"])
    let fresh = try visitor.runPlainly(program)
    #expect(fresh.standardError == "verifying\n" && fresh.standardOutput == "full\nError in the certificate.\n")
    let result = try visitor.run(program)
    #expect(result.standardError == "verifying\n" && result.standardOutput == "resumed\nError in the certificate.\n")
  }

  @Test("So do priorities: what they forbid isn't resumed", .needs(.compiler))
  func prioritiesSetWithin() throws {
    let server = try TLSServer.forClients { $0.versions = .tls12 }
    let visitor = try Visitor(port: server.port)
    let ciphers = "NORMAL:-VERS-TLS1.3:-CIPHER-ALL"
    let options = ["own-transport", "priority=\(ciphers):+AES-128-GCM"]
    for expected in ["full\n", "resumed\n"] {
      #expect(try visitor.run(.client("one", options: options)).standardOutput == expected)
    }
    let program = ForeignProgram.client("two", options: options + ["later-priority=\(ciphers):+AES-256-GCM"])
    #expect(try visitor.run(program).standardOutput == "resumed\nfull\n")
    #expect(server.waitForConnections(4)[3].cipherSuite?.contains("AES_256") == true)
  }

  @Test("What a program forbids by a call isn't offered", .needs(.compiler))
  func forbiddenByCall() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let configuration = try visitor.preload.folder.write("configuration", allowList)
    var environment = visitor.preload.environment()
    environment["GNUTLS_SYSTEM_PRIORITY_FILE"] = configuration
    func run(_ options: String...) throws -> ProcessResult {
      try ForeignProgram.client("a client", options: options).run(
        0, in: visitor.home, .tls13, Launch(environment: environment))
    }
    for expected in ["full\n", "resumed\n"] { #expect(try run().standardOutput == expected) }
    #expect(try run("forbids-ecdsa").standardOutput == "Error in the certificate verification.\n")
    #expect(server.waitForConnections(3).map(\.isResumed) == [false, true, false])
  }

  @Test(
    "A program that may refuse servers in full handshakes only has full handshakes", .needs(.compiler),
    arguments: ["hook", "extension", "supplement", "extensions", "supplements"], Negotiation.withoutServer)
  func fullOnly(by: String, negotiation: Negotiation) throws {
    let server = try TLSServer.forClients()
    var visitor = try Visitor(port: server.port)
    visitor.negotiation = negotiation
    for options in [[], ["full-only=\(by)"]] {
      #expect(try visitor.run(.client("a client", options: options)).standardOutput == "full\n")
    }
    #expect(try visitor.run(.client("a client")).standardOutput == "resumed\n")
  }

  @Test(
    "What is demanded of Diffie-Hellman groups divides a program's tickets", .needs(.compiler),
    arguments: Negotiation.withoutServer)
  func diffieHellman(negotiation: Negotiation) throws {
    let server = try TLSServer.forClients()
    var visitor = try Visitor(port: server.port)
    visitor.negotiation = negotiation
    let outputs = try [[], ["full-only=dh-bits"], ["full-only=dh-bits"], []].map {
      try visitor.run(.client("a client", options: $0)).standardOutput
    }
    #expect(outputs == ["full\n", "full\n", "resumed\n", "resumed\n"])
  }

  @Test(
    "A certificate that only the compatibility mode takes isn't resumed without it", .needs(.compiler, .openssl),
    arguments: [[], ["priority=NORMAL:%COMPAT"]] as [[String]])
  func compatibilityMode(options: [String]) throws {
    let folder = try TemporaryFolder()
    var serverOptions = OpenSSLServer.Options()
    serverOptions.versions = .tls13
    serverOptions.style = .page
    serverOptions.leaf = try leafThatDoesNotSign(in: folder)
    let server = try OpenSSLServer(serverOptions)
    let visitor = try Visitor(port: server.port)
    let compatible = options.isEmpty ? ["compatible"] : options
    let outputs = try [compatible, compatible, []].map { options in
      try visitor.run(.client("a client", options: options)).standardOutput
    }
    #expect(outputs == ["full\n", "resumed\n", "Key usage violation in certificate has been detected.\n"])
  }

  @Test(
    "A revocation that one session doesn't ask for isn't missed by another, which does", .needs(.compiler),
    arguments: [[], ["flags=0x10", "asks"]] as [[String]])
  func revocationNotAskedFor(asking: [String]) throws {
    let root = try CertificateAuthority()
    let leaf = try root.issue()
    var certificate = leaf.serverCertificate
    certificate.stapledResponses = [try OCSPResponder.response(for: leaf, .revoked)]
    let server = try TLSServer.forClients(showing: certificate)
    let folder = try TemporaryFolder()
    _ = try folder.write("root-large.pem", root.certificate)
    let visitor = try Visitor(port: server.port, trusted: folder.file("root.pem"))
    // GNUTLS_NO_EXTENSIONS.
    let silent = "flags=0x10"
    let outputs = try [[silent], [silent], asking].map { options in
      try visitor.run(.client("a client", options: options)).standardOutput
    }
    #expect(outputs == ["full\n", "resumed\n", "Error in the certificate verification.\n"])
    #expect(server.waitForConnections(3).map(\.isResumed) == [false, true, false])
  }

  /// The fixture's, but for its key usage: the path of its file.
  private func leafThatDoesNotSign(in folder: TemporaryFolder) throws -> String {
    let usage = try folder.write(
      "usage", Array("keyUsage = critical, keyAgreement\nsubjectAltName = DNS:localhost\n".utf8))
    let (request, leaf) = (folder.file("request"), folder.file("leaf.pem"))
    let issuer = Fixture.ecdsa.intermediate
    for command in [
      ["openssl", "req", "-new", "-key", Fixture.ecdsa.key, "-subj", "/CN=localhost", "-out", request],
      [
        "openssl", "x509", "-req", "-in", request, "-CA", issuer, "-CAkey", issuer.replacing(".pem", with: ".key"),
        "-set_serial", "7", "-days", "30", "-extfile", usage, "-out", leaf,
      ],
    ] {
      let result = try ProcessRunner.run(command)
      #expect(result.status == 0, "\(result)")
    }
    return leaf
  }

  @Test("Credentials of which something may have been missed leave their sessions alone", .needs(.compiler))
  func unseenCredentials() throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    for options in [[], ["unseen"]] {
      #expect(try visitor.run(.client("a client", options: options)).standardOutput == "full\n")
    }
    #expect(visitor.preload.events.last == "left alone: its credentials were made before the engine was there")
    #expect(try visitor.run(.client("a client")).standardOutput == "resumed\n")
  }

  @Test(
    "A check that a library behind sets while it makes a session, credentials or a check counts", .needs(.compiler),
    arguments: [("session", "peers2"), ("credentials", "peers2"), ("check", "cert"), ("function", "session-function")])
  func setByWrapper(way: String, verify: String) throws {
    let server = try TLSServer.forClients()
    let visitor = try Visitor(port: server.port)
    let libraries = "\(Preload.shim):\(try CompiledClients.path(.wrapper))"
    func run(_ verdict: String) throws -> ProcessResult {
      var environment = visitor.preload.environment(preloading: libraries)
      environment["WRAPPER"] = way
      environment["WRAPPER_VERDICT"] = verdict
      let program = ForeignProgram.client("a client", "verify=\(verify)")
      return try program.run(0, in: visitor.home, .tls13, Launch(environment: environment))
    }
    for _ in 0..<2 { #expect(try run("accept").status == 0) }
    let result = try run("refuse")
    #expect(result.status == 1 && result.standardOutput == "Error in the certificate.\n", "\(result)")
    // Where the own check comes last, it is seen.
    #expect(server.waitForConnections(3)[1].isResumed == (way == "function"))
  }

  @Test(
    "Another name that is expected of the certificate is another connection's", .needs(.nginx, .compiler),
    arguments: ["cert", "cert2", "function", "session-function", "peers2"])
  func otherName(verify: String) throws {
    let server = try NginxServer()
    let visitor = try Visitor(port: server.port)
    let program = ForeignProgram.client("localhost", "verify=\(verify)")
    for _ in 0..<2 { #expect(try visitor.run(program).status == 0) }
    let other = ForeignProgram.client("another", "verify=\(verify)", "expected=other.example")
    #expect(try visitor.runPlainly(other).status == 1)
    #expect(try visitor.differences(other) == [])
    // What one check has refused isn't kept for another: but the first one's tickets may be.
    let outputs = try [0, 1].map { _ in try visitor.run(program).standardOutput }
    #expect(outputs.last == "resumed\n")
  }

  @Test("A name that the certificate has too doesn't resume another name's session", .needs(.nginx, .compiler))
  func secondName() throws {
    let server = try NginxServer()
    let visitor = try Visitor(port: server.port)
    let other = ForeignProgram.client("by address", "expected=127.0.0.1")
    #expect(try visitor.run(.client("by name")).standardOutput == "full\n")
    #expect(try visitor.run(other).standardOutput == "full\n")
    #expect(visitor.preload.events.last == "full (policyChanged)")
    #expect(try visitor.run(other).standardOutput == "resumed\n")
  }

  @Test("Who checks nothing keeps nothing", .needs(.nginx, .compiler), arguments: Negotiation.withoutServer)
  func checksNothing(negotiation: Negotiation) throws {
    let preload = try Preload()
    #expect(try TwoRuns.discrepancies(of: .checksNothing, negotiation, preload.launch) == ["run 1: 0 resumed"])
    #expect(preload.events == ["full (noTicket)", "full (noTicket)"])
    #expect(try preload.count() == Preload.Count())
  }

  @Test(
    "A check after the handshake that fails keeps nothing", .needs(.nginx, .compiler),
    arguments: [("peers2", Fixture.ecdsa.otherRoot, "localhost"), ("peers2", Fixture.ecdsa.root, "other.example")])
  func failsAfterwards(verify: String, trusted: String, name: String) throws {
    let server = try NginxServer()
    let visitor = try Visitor(port: server.port, trusted: trusted)
    let program = ForeignProgram.client("checks afterwards", "verify=\(verify)", "expected=\(name)")
    #expect(try visitor.runPlainly(program).status == 1)
    for _ in 0..<2 { #expect(try visitor.differences(program) == []) }
    #expect(try visitor.preload.count() == Preload.Count())
  }
}

extension ForeignProgram {
  /// Programs and clients, each with a way of its own to verify.
  static let thatVerify: [ForeignProgram] =
    [(wget, Peer.wget), (wget2, .wget2), (lftp, .lftp), (gnutlsCli, .gnutlsCli), (curl, .libcurlGnuTLS)]
    .filter(\.1.isUsable).map(\.0)
    + (Peer.git.isUsable && Peer.fcgiwrap.isUsable ? [gitListing] : [])
    + (Peer.compiler.isUsable ? simpleClients.filter { !$0.trustsAnybody } : [])
}

/// A configuration in which a program may forbid by a call what it allows.
private let allowList = """
  [global]
  override-mode = allowlist

  [overrides]
  secure-hash = SHA256
  secure-hash = SHA384
  secure-sig = ECDSA-SHA256
  secure-sig = ECDSA-SECP256R1-SHA256
  secure-sig-for-cert = ECDSA-SHA256
  enabled-curve = SECP256R1
  enabled-curve = X25519
  enabled-version = TLS1.3
  enabled-version = TLS1.2
  tls-enabled-cipher = AES-256-GCM
  tls-enabled-mac = AEAD
  tls-enabled-kx = ECDHE-ECDSA
  tls-enabled-group = SECP256R1
  tls-enabled-group = X25519

  """
