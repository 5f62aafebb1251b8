import FuzzDriver
import RedisSessionTickets

/// Whatever stands in a store's URL, its parser doesn't crash, and what it has read names the same store when it is written.
@main
enum FuzzRedisURL {
  static func main() {
    FuzzDriver.run { input in
      guard let url = try? RedisURL(bytes: input) else { return }
      precondition(RedisURL.isMeant(by: input), "a URL is none of a folder")
      guard !url.holdsPassword else { return }
      precondition((try? RedisURL(url.description)) == url, "a URL is written as it was read")
    }
  }
}
