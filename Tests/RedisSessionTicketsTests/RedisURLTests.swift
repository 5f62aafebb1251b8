import Foundation
import SessionTickets
import SessionTicketsTesting
import TestPeers
import Testing

@testable import RedisSessionTickets

@Suite("URLs of Redis servers")
struct RedisURLTests {
  @Test(
    "A URL is written as it was read, without its password",
    arguments: [
      ("redis://localhost", "redis://localhost"),
      ("redis://localhost:6379/0", "redis://localhost"),
      ("redis://localhost:6380/2", "redis://localhost:6380/2"),
      ("redis://10.0.0.1/", "redis://10.0.0.1"),
      ("rediss://cache.example:7000", "rediss://cache.example:7000"),
      ("redis://[::1]:7000/1", "redis://[::1]:7000/1"),
      ("redis://[2001:db8::1]", "redis://[2001:db8::1]"),
      ("redis://:secret@localhost", "redis://:***@localhost"),
      ("redis://me:se%63ret@localhost/3?prefix=a:b", "redis://me:***@localhost/3?prefix=a:b"),
      ("redis://m%40e:s%3Aecret@localhost", "redis://m%40e:***@localhost"),
      ("redis+unix:///run/redis/s", "redis+unix:///run/redis/s"),
      ("redis+unix:///run/re%20dis/s?db=3", "redis+unix:///run/re%20dis/s?db=3"),
      ("redis+unix://me:secret@/run/s", "redis+unix://me:***@/run/s"),
      (
        "redis://me@h?password-file=/etc/my%20key&records=1000&per-identity=8&megabytes=7",
        "redis://me@h?password-file=/etc/my%20key&records=1000&per-identity=8&megabytes=7"
      ),
      ("redis://h?prefix=gnutls-resume&records=20000", "redis://h"),
    ])
  func descriptions(text: String, description: String) throws {
    let url = try RedisURL(text)
    #expect(url.description == description)
    #expect("\(url)" == description)
    #expect(!String(reflecting: url).contains("ecret"))
    #expect(!"\([url])".contains("ecret"))
    if !url.holdsPassword { #expect(try RedisURL(description) == url, "the description names the same store") }
    #expect(RedisURL.isMeant(by: text.utf8))
  }

  @Test("What is percent-encoded is what it stands for")
  func decoding() throws {
    let url = try RedisURL("redis://u%2Fser:p%40ss%25w%C3%B6rd@h%6Fst:1")
    #expect(url.user == "u/ser")
    #expect(url.password?.bytes == Array("p@ss%wörd".utf8))
    #expect(url.endpoint == .network(host: "host", port: 1, isSecure: false))
    #expect(url.holdsPassword)
    // Everything up to the last @ is the user's.
    #expect(try RedisURL("redis://u:p@ss@host").password?.bytes == Array("p@ss".utf8))
  }

  @Test(
    "A URL that can't be meant is refused, without repeating what may be a password",
    arguments: [
      ("http://host", "doesn't begin with"), ("redis:/host", "doesn't begin with"), ("REDIS://host", "doesn't begin"),
      ("redis://", "names no host"), ("redis://user:topsecret@", "names no host"), ("redis://:6379", "names no host"),
      ("redis://host:0", "the port"), ("redis://host:65536", "the port"), ("redis://host:", "the port"),
      ("redis://host:topsecret", "the port"), ("redis://host:99999999999999999999", "the port"),
      ("redis://::1", "in brackets"), ("redis://[::1", "has no end"), ("redis://[::1]x", "nothing but a port"),
      ("redis://[host]", "IPv6"), ("redis://host/x", "the database"), ("redis://host/1/2", "the database"),
      ("redis://host/-1", "the database"), ("redis://host/99999999", "the database"),
      ("redis://user:top#secret@host", "%23"), ("redis://user:top secret@host", "a space"),
      ("redis://user:topsecret%@host", "%25"), ("redis://user:topsecret%2@host", "%25"),
      ("redis://user:%zztopsecret@host", "%25"), ("redis://user@host", "no password"),
      ("redis://user:@host", "the password is empty"),
      ("redis://user:topsecret@host?password-file=/x", "a password and a password-file"),
      ("redis://host?password-file=x", "no absolute path"), ("redis://host?password=topsecret", "an option"),
      ("redis://host?prefix=a&prefix=b", "twice"), ("redis://host?prefix=", "prefix is"),
      ("redis://host?prefix=a%7Bb", "prefix is"), ("redis://host?prefix=a*", "prefix is"),
      ("redis://host?db=1", "stands behind the host"), ("redis://host?records=0", "records is no number"),
      ("redis://host?per-identity=257", "per-identity is no number"), ("redis://host?", "an option"),
      ("redis+unix://host/path", "absolute path"), ("redis+unix:///", "names no socket"),
      ("redis+unix:///a%00b", "names no socket"), ("redis+unix:///s?db=x", "the database"),
      ("redis://" + String(repeating: "a", count: 300), "the host's name"),
      ("redis://host?prefix=" + String(repeating: "a", count: 5_000), "longer than"),
    ])
  func refusals(text: String, reason: String) {
    do throws(StoreError) {
      _ = try RedisURL(text)
      Issue.record("\(text) is taken")
    } catch {
      #expect(error.description.contains(reason), "\(error)")
      #expect(!error.description.contains("secret"))
    }
  }

  @Test("Any bytes are read or refused, and what is read names the same store when it is written")
  func anything() {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("redis+unx:/@%?&=#[].0159afAF_-{} \0\u{7F}".utf8)
    for _ in 0..<20_000 {
      var bytes = Array(["redis://", "rediss://", "redis+unix://", ""].randomElement(using: &generator)!.utf8)
      for _ in 0..<Int.random(in: 0..<40, using: &generator) {
        bytes.append(alphabet.randomElement(using: &generator)!)
      }
      guard let url = try? RedisURL(bytes: bytes), !url.holdsPassword else { continue }
      #expect((try? RedisURL(url.description)) == url, "\(String(decoding: bytes, as: UTF8.self)) \(url)")
    }
  }

  @Test("A password comes from a file that not everybody may read", .needs(.redis))
  func passwordFile() throws {
    let server = try RedisServer()
    try server.run(["CONFIG", "SET", "requirepass", "from the file"])
    let folder = try TemporaryFolder()
    let path = try folder.write("password", "from the file\n")
    let url = try RedisURL("\(server.networkURL)?password-file=\(path)")
    let store = RedisSessionTickets(url, options: RedisTrial.patient)
    for (mode, isGood) in [(0o600, true), (0o640, true), (0o644, false), (0o620, false)] {
      store.letGo()
      #expect(unsafe chmod(path, mode_t(mode)) == 0)
      #expect(((try? store.count()) != nil) == isGood, "mode \(mode)")
    }
    for (name, contents) in [("empty", ""), ("long", String(repeating: "x", count: 2_000))] {
      let path = try folder.write(name, contents)
      unsafe chmod(path, 0o600)
      #expect(throws: StoreError.self) { try RedisPasswordFile.read(RawPath(path)) }
    }
    #expect(throws: StoreError.self) { try RedisPasswordFile.read(RawPath(folder.path)) }
    #expect(throws: StoreError.self) { try RedisPasswordFile.read(RawPath(folder.file("missing"))) }
    unsafe mkfifo(folder.file("pipe"), 0o600)
    #expect(throws: StoreError.self) { try RedisPasswordFile.read(RawPath(folder.file("pipe"))) }
  }

  @Test("Names are looked up in the list of hosts")
  func hosts() {
    let text = Array(
      """
      # remarks
      127.0.0.1\tlocalhost
      10.1.2.3  cache.example Cache2.Example # third.example
      ::1 localhost
      broken cache.example
      10.1.2.3 cache.example
      10.1.2.4 cache.example
      """.utf8)
    func found(_ name: String) -> [RedisAddress] { HostsFile.addresses(of: Array(name.utf8), listedIn: text) }
    #expect(found("cache.example") == [RedisAddress("10.1.2.3")!, RedisAddress("10.1.2.4")!])
    #expect(found("cache2.example.") == [RedisAddress("10.1.2.3")!])
    #expect(found("CACHE2.example") == [RedisAddress("10.1.2.3")!])
    #expect(found("localhost") == [RedisAddress("127.0.0.1")!, RedisAddress("::1")!])
    #expect(found("third.example").isEmpty)
    #expect(found("cache").isEmpty)
    #expect(HostsFile.addresses(of: "127.0.0.1") == [RedisAddress("127.0.0.1")!])
    #expect(HostsFile.addresses(of: "localhost", in: "/nowhere").isEmpty)
  }

  @Test("A key's slot is the one that a cluster has for it", .needs(.redis))
  func slots() throws {
    let server = try RedisContractTests.cluster.get().servers[0]
    for key in ["gnutls-resume:client:{17/1000}", "gnutls-resume:client:generation", "a{}b", "{x", "a{b}{c}", ""] {
      #expect(try server.run(["CLUSTER", "KEYSLOT", key]) == "\(RedisRoutes.slot(of: Array(key.utf8)))", "\(key)")
    }
  }
}
