import Glibc
import SessionTickets

/// The user's own folder, and what of it is said elsewhere.
struct UserHome {
  let path: RawPath

  init() throws {
    guard let home = Self.absolute("HOME") else { throw FileFailure("HOME is not set to an absolute path") }
    path = home
    var status = stat()
    guard unsafe home.withCString({ unsafe stat($0, &status) }) == 0 else {
      throw FileFailure("can't look into", home, errno)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw FileFailure("\(home) is no folder") }
    guard status.st_uid == geteuid() else {
      throw FileFailure("\(home) is user \(status.st_uid)'s, and this is user \(geteuid()): run it as that user")
    }
  }

  /// `$XDG_CONFIG_HOME`, else `~/.config`.
  var configuration: RawPath { Self.absolute("XDG_CONFIG_HOME") ?? path.appending(".config") }

  /// The folder above it that is never made: a home is none.
  var configurationBase: RawPath {
    configuration.bytes.starts(with: path.bytes + [UInt8(ascii: "/")]) ? path : "/"
  }

  /// A variable that is an absolute path.
  static func absolute(_ name: String) -> RawPath? {
    guard let value = unsafe getenv(name), unsafe value.pointee == CChar(UInt8(ascii: "/")) else { return nil }
    return unsafe RawPath(cString: value)
  }

  /// The name of the shell that the user logs in with.
  var shell: String {
    var value = unsafe getenv("SHELL")
    if unsafe value == nil || value?.pointee == 0 { unsafe value = getpwuid(geteuid())?.pointee.pw_shell }
    guard let value = unsafe value else { return "" }
    return unsafe String(cString: value).split(separator: "/").last.map(String.init) ?? ""
  }
}
