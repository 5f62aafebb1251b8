import Glibc
import SessionTickets

/// The files that a user's shells read when they start.
struct StartFiles {
  let home: UserHome

  /// Where a shell's lines belong: as few files as there can be, so that each of its shells, and all programs that these
  /// start, have read one.
  func files(of shell: Shell) -> [EnabledFile] {
    switch shell {
    // A login shell reads the first that is there, and no other; not each has the other file read.
    case .bash: Self.distinct([file(".bashrc"), first([".bash_profile", ".bash_login", ".profile"])])
    case .posix, .sh, .dash, .ksh: [file(".profile")]
    case .zsh: [zshenv]
    case .fish: [fish]
    case .csh: [file(".cshrc")]
    case .tcsh: [isThere(home.path.appending(".tcshrc")) ? file(".tcshrc") : file(".cshrc")]
    }
  }

  /// Where lines may be, whichever shell they were for.
  var all: [EnabledFile] {
    let names: [StaticString] = [
      ".bashrc", ".bash_profile", ".bash_login", ".profile", ".zshenv", ".cshrc", ".tcshrc",
    ]
    // The variables may be others than they were.
    let folders = UserHome.absolute("ZDOTDIR").map { [zshenv(in: $0)] } ?? []
    return Self.distinct(names.map(file) + folders + [fish, fish(in: home.path.appending(".config"))])
  }

  /// Each once: two names are one file's where links lead to it.
  private static func distinct(_ files: [EnabledFile]) -> [EnabledFile] {
    var seen: Set<RawPath> = []
    return files.filter { seen.insert($0.real).inserted }
  }

  private func file(_ name: StaticString) -> EnabledFile {
    EnabledFile(path: home.path.appending(name), base: home.path)
  }

  private func first(_ names: [StaticString]) -> EnabledFile {
    file(names.first { isThere(home.path.appending($0)) } ?? ".profile")
  }

  /// `ZDOTDIR` may well be set in the one of the home.
  private var zshenv: EnabledFile {
    guard !isThere(home.path.appending(".zshenv")), let folder = UserHome.absolute("ZDOTDIR") else {
      return file(".zshenv")
    }
    return zshenv(in: folder)
  }

  private func zshenv(in folder: RawPath) -> EnabledFile {
    EnabledFile(path: folder.appending(".zshenv"), base: folder)
  }

  private var fish: EnabledFile { fish(in: home.configuration) }

  private func fish(in configuration: RawPath) -> EnabledFile {
    EnabledFile(
      path: configuration.appending("fish/conf.d/gnutls-resume.fish"), base: home.configurationBase, isOwn: true)
  }

  private func isThere(_ path: RawPath) -> Bool {
    var status = stat()
    return unsafe path.withCString { unsafe lstat($0, &status) } == 0
  }
}
