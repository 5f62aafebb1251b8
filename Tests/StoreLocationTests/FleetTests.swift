import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

@Suite("Processes on several machines, real servers")
struct FleetTests {
  private let redis: RedisServer
  private let server: TLSServer
  private let fleet: Fleet

  init() throws {
    redis = try RedisServer()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
    // Machines that test are busy.
    fleet = try Fleet("redis+unix://\(redis.socket)?wait=5000")
  }

  @Test("a process on another machine resumes, and reads no trust once it is known there")
  func anotherMachine() throws {
    let (first, second) = (try fleet.host("first"), try fleet.host("second"))
    // So old that stamps tell.
    Thread.sleep(forTimeInterval: 3.1)
    #expect(try first.connect(server.port).reason == "noTicket")
    #expect(try second.connect(server.port).isResumed)
    let trace = fleet.folder.file("trace")
    let report = try second.connect(
      server.port, through: ["strace", "-f", "-y", "-e", "trace=read,pread64,mmap", "-o", trace])
    #expect(report.isResumed)
    let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
    #expect(!lines.isEmpty && !lines.contains { $0.contains("trust.pem") })
  }

  @Test("a hundred short processes on four machines: one full handshake or two", arguments: [false, true])
  func oneAfterAnother(byTCP: Bool) throws {
    var hosts: [Host] = []
    for number in 0..<4 {
      var host = try fleet.host("host-\(number)")
      if byTCP { host.url = "redis://127.0.0.1:\(redis.port)?wait=5000" }
      hosts.append(host)
    }
    var full = 0
    for number in 0..<100 where try !hosts[number % 4].connect(server.port).isResumed { full += 1 }
    #expect((1...2).contains(full), "\(full)")
    #expect(server.waitForConnections(100).count == 100)
  }

  @Test("other servers' tickets stay at home")
  func unshared() throws {
    let (first, second) = (try fleet.host("first"), try fleet.host("second"))
    func connect(_ host: Host) throws -> Host.Report {
      let words = ["connect", "localhost:\(server.port)", "--json", "--ca-file", host.trust]
      let result = try host.run(
        words + ["--store", host.url, "--share", "*.example.com", "--shared-key-file", host.sharedKey])
      return try JSONDecoder().decode(Host.Report.self, from: Data(result.standardOutput.utf8))
    }
    #expect(try !connect(first).isResumed)
    #expect(try !connect(second).isResumed)
    #expect(try connect(first).isResumed)
    #expect(try redis.run(["DBSIZE"]) == "0" || redis.run(["KEYS", "*client*{*"]).isEmpty)
  }

  enum Trouble: String, CaseIterable {
    case stopped, gone, unknownHost, wrongPassword, garbage, silent
  }

  @Test("a store in trouble: the connection is made without it, soon, and says why", arguments: Trouble.allCases)
  func trouble(_ trouble: Trouble) throws {
    var host = try fleet.host("host")
    host.url = "redis+unix://\(redis.socket)"
    let words: String
    var peer: RunningProcess?
    defer { peer?.terminate() }
    switch trouble {
    case .stopped:
      redis.signal(SIGSTOP)
      words = "time"
    case .gone:
      redis.kill()
      words = ""
    case .unknownHost:
      host.url = "redis://nowhere.invalid"
      words = "address isn't known"
    case .wrongPassword:
      host.url = "redis://:wrong@127.0.0.1:\(redis.port)"
      words = "refuse"
    case .garbage, .silent:
      let answer = trouble == .garbage ? "c.sendall(b'HTTP/1.0 400\\r\\n\\r\\n' * 100)" : "pass"
      let script = """
        import socket,sys,time
        s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(16)
        print(s.getsockname()[1], flush=True)
        kept = []
        while True:
            c, _ = s.accept(); kept.append(c); \(answer)
        """
      let running = try RunningProcess(["python3", "-c", script])
      peer = running
      var port = ""
      let deadline = ContinuousClock.now + .seconds(10)
      while port.isEmpty, ContinuousClock.now < deadline {
        usleep(5_000)
        port = running.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
      }
      host.url = "redis://127.0.0.1:\(port)"
      words = trouble == .garbage ? "can't be read" : "time"
    }
    defer { if trouble == .stopped { redis.signal(SIGCONT) } }
    let start = ContinuousClock.now
    let report = try host.connect(server.port)
    // 50 ms are promised; this holds a whole process, and machines that test are busy.
    #expect(ContinuousClock.now - start < .seconds(15))
    #expect(report.handshake == "full" && report.reason == "storeUnavailable")
    let error = try #require(report.storeMessage)
    #expect(words.isEmpty || error.contains(words), "\(error)")
    #expect(!error.contains("wrong@"))
    // The next process doesn't wait at all, unless it comes so late that the rest is over: each is twice as long.
    let isLeftAlone = try (0..<5).contains { _ in
      try host.connect(server.port).storeMessage?.contains("isn't asked for another") == true
    }
    #expect(isLeftAlone)
  }

  @Test("a store that is back is used again, once the rest is over")
  func recovered() throws {
    var host = try fleet.host("host")
    host.url = "redis+unix://\(redis.socket)?wait=1000"
    redis.signal(SIGSTOP)
    #expect(try host.connect(server.port).reason == "storeUnavailable")
    redis.signal(SIGCONT)
    Thread.sleep(forTimeInterval: 2.1)
    #expect(try host.connect(server.port).reason == "noTicket")
    #expect(try host.connect(server.port).isResumed)
  }

  @Test("what is missing is said before anything is done, and no password with it")
  func usage() throws {
    let host = try fleet.host("host")
    let url = "redis://:geheim@127.0.0.1:\(redis.port)"
    for (words, expected) in [
      (["list", "--store", url], "whose tickets"), (["list", "--store", url, "--share", "*"], "key"),
      (["list", "--share", "*"], "URL"), (["list", "--store", "redis://:geheim@x:y"], "port"),
      (["run", "--store", url, "--share", "*", "--shared-key-file", "k", "true"], "password-file"),
      (["run", "--store", host.url, "true"], "--share"),
      (["env", "--store", host.url, "--share", "*"], "--shared-key-file"),
      (["run", "--share", "*", "true"], "URL"),
    ] {
      let result = try host.run(words)
      let lines = result.standardError.split(separator: "\n")
      #expect(result.status != 0 && lines.count == 1 && result.output.contains(expected), "\(result.output)")
      #expect(!result.output.contains("geheim"))
    }
  }

  @Test("looking after the store reaches what is shared; its password is in a file, or in the command")
  func lookingAfter() throws {
    let (first, second) = (try fleet.host("first"), try fleet.host("second"))
    try first.connect(server.port)
    #expect(try second.run(["list"] + second.sharing).standardOutput.contains("localhost"))
    #expect(try second.run(["stats"] + second.sharing).standardOutput.contains("tickets:"))
    #expect(try second.run(["forget", "localhost"] + second.sharing).standardOutput != "removed: 0\n")
    #expect(try first.connect(server.port).reason == "noTicket")
  }

  @Test("addresses are looked up when somebody asks for it, and by no connection")
  func refresh() throws {
    var host = try fleet.host("host")
    host.url = "redis://localhost.localdomain.invalid:\(redis.port)"
    let failed = try host.run(["store", "refresh"] + host.sharing)
    #expect(failed.status == 1 && failed.output.contains("can't be looked up"))
    host.url = "redis://127.0.0.1:\(redis.port)"
    #expect(try host.run(["store", "refresh"] + host.sharing).standardOutput == "127.0.0.1: 127.0.0.1\n")
  }
}

extension Host {
  @discardableResult
  fileprivate func connect(_ port: UInt16) throws -> Report { try connect(port, [], through: []) }
}
