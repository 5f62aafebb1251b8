import Foundation
import GnuTLSResumption
import RedisSessionTickets
import SessionTickets
import TestPeers
import Testing

@testable import StoreLocation

@Suite("Where tickets are kept is a path or a URL")
struct StoreChoiceTests {
  private func choice(
    _ store: String, shared: String? = "*", key: RawPath? = "/key", isInherited: Bool = false
  ) -> StoreChoice {
    var choice = StoreChoice(store: RawPath(store), shared: shared, sharedKeyFile: key)
    choice.isInherited = isInherited
    return choice
  }

  private func message(_ choice: StoreChoice) -> String? {
    do throws(StoreError) {
      _ = try choice.sharing(beside: nil)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("a path is a folder, whatever it looks like")
  func paths() throws {
    for path in ["/x", "redis", "./redis:x", "http://x"] {
      #expect(try StoreLocation(RawPath(path)) == .folder(RawPath(path)))
    }
    guard case .server(let url) = try StoreLocation("redis://h/3") else { return #expect(Bool(false)) }
    #expect(url.database == 3)
  }

  @Test("nothing is shared unless it is said whose tickets, and by which key")
  func sharing() {
    #expect(message(choice("redis://h")) == nil)
    #expect(message(choice("redis://h", shared: nil))?.contains("whose tickets") == true)
    #expect(message(choice("redis://h", key: nil))?.contains("key") == true)
    #expect(message(choice("/folder"))?.contains("URL") == true)
    #expect(message(choice("/folder", shared: nil, key: nil)) == nil)
  }

  @Test("the shared key is never this machine's own")
  func ownKey() throws {
    var same = choice("redis://h")
    same.keyFile = "/key"
    #expect(message(same)?.contains("another than this machine's own") == true)
    same.keyFile = "/other"
    #expect(message(same) == nil)
    #expect(message(choice("redis://h", key: try StandardPlaces.masterKey()))?.contains("another than") == true)
  }

  @Test("a password never stands where children find it, and is shown nowhere")
  func passwords() {
    #expect(message(choice("redis://u:geheim@h")) == nil)
    let inherited = message(choice("redis://u:geheim@h", isInherited: true))
    #expect(inherited?.contains("password-file") == true && inherited?.contains("geheim") == false)
    #expect(message(choice("redis://u@h?password-file=/p", isInherited: true)) == nil)
    for text in ["redis://u:geheim@h", "redis://:geheim@h:x", "redis://u:geheim@h?nothing=1"] {
      #expect(message(choice(text, shared: nil))?.contains("geheim") == false)
    }
  }

  @Test("addresses are noted beside the tickets, and replaced")
  func addresses() throws {
    let folder = try TemporaryFolder()
    let place = FolderPlace(RawPath(folder.file("store")))
    #expect(NotedHosts.addresses(of: "one.invalid", beside: place).isEmpty)
    let (first, second) = (try #require(RedisAddress("192.0.2.1")), try #require(RedisAddress("2001:db8::1")))
    try NotedHosts.note([first, second], of: "one.invalid", in: place)
    try NotedHosts.note([second], of: "two.invalid", in: place)
    #expect(NotedHosts.addresses(of: "one.invalid", beside: place) == [first, second])
    try NotedHosts.note([second], of: "one.invalid", in: place)
    #expect(NotedHosts.addresses(of: "one.invalid", beside: place) == [second])
    #expect(NotedHosts.addresses(of: "two.invalid", beside: place) == [second])
    #expect(NotedHosts.addresses(of: "192.0.2.7", beside: nil).map(\.text) == ["192.0.2.7"])
  }
}
