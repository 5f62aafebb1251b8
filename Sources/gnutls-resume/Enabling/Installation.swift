import CGnuTLSResume
import Glibc
import SessionTickets

/// What start files and units name: where this tool is installed.
struct Installation {
  /// The program that does `env`.
  let launcher: RawPath

  init() throws {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    guard length > 0, length < buffer.count else {
      throw FileFailure("can't tell where this program is", "/proc/self/exe", length < 0 ? errno : ENAMETOOLONG)
    }
    let own = buffer[..<length].map { UInt8(bitPattern: $0) }
    let libexec = Array("/libexec/gnutls-resume/gnutls-resume".utf8)
    // Where a launcher stands before it, that one is found beside.
    let isApart = own.count > libexec.count && own.suffix(libexec.count).elementsEqual(libexec)
    launcher = RawPath(bytes: isApart ? own.dropLast(libexec.count) + Array("/bin/gnutls-resume".utf8) : own)
    // It may have been replaced since it was started.
    guard unsafe launcher.withCString({ unsafe access($0, X_OK) }) == 0 else {
      throw FileFailure("can't find the program that start files are to name,", launcher, errno)
    }
  }

  /// The library that `LD_PRELOAD` is to name; nil once it has been said what is wrong.
  func library() -> RawPath? {
    guard let path = unsafe launcher.withCString({ unsafe gnutls_resume_library($0) }) else { return nil }
    defer { unsafe free(path) }
    return unsafe RawPath(cString: path)
  }
}
