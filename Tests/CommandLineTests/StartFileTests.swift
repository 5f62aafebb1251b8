import Foundation
import TestPeers
import Testing

/// Which files `enable` and `disable` take for a user's start files, and what these keep.
struct StartFileTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  private var home: String { tool.folder.file("home") }

  /// A script in the home, in which `$TOOL` is the tool.
  private func run(_ script: String) throws -> ProcessResult {
    try tool.shell(
      "cd ~; " + script, by: "bash", variables: ["SHELL": "/bin/bash", "ZDOTDIR": "", "LD_PRELOAD": ""])
  }

  private func output(_ script: String) throws -> String {
    let result = try run(script)
    #expect(result.status == 0 && result.standardError == "", "\(result)")
    return result.standardOutput
  }

  @Test(
    "Two names of one file get the lines once, and give them back",
    arguments: [
      "echo x=1 >.bashrc; ln -s .bashrc .bash_profile", "echo x=1 >.profile; ln -s .profile .bashrc",
      "mkdir dots; echo x=1 >dots/rc; ln -s dots/rc .bashrc; ln -s $PWD/dots/../dots/rc .bash_login",
    ])
  func oneFile(preparation: String) throws {
    let script = """
      \(preparation); set -e; $TOOL enable --user >/dev/null; $TOOL enable --user; grep -c 'resume begin' .bashrc
      $TOOL disable --user >/dev/null; cat .bashrc
      """
    #expect(try output(script) == "it is enabled already\n1\nx=1\n")
  }

  @Test("zsh's file is found again, also once there is another", arguments: ["$HOME", "$HOME/.", "$HOME/z"])
  func zsh(folder: String) throws {
    let script = """
      set -e; mkdir z; export ZDOTDIR=\(folder); $TOOL enable --user --shell zsh >/dev/null; grep -c begin $ZDOTDIR/.zshenv
      touch .zshenv; $TOOL disable --user >/dev/null; find . -name .zshenv -size +0; $TOOL disable --user
      """
    #expect(try output(script) == "1\nit isn't enabled\n")
  }

  @Test(
    "New files go again in a home whose name isn't the shortest",
    arguments: ["$D/link", "$D/home/", "$D//home/../home"])
  func homeNames(name: String) throws {
    let script = """
      set -e; ln -s home $D/link; export HOME=\(name); $TOOL enable --user >/dev/null; ls -A; $TOOL disable --user >/dev/null
      ls -A
      """
    #expect(try output(script) == ".bashrc\n.profile\n")
  }

  @Test("Configuration elsewhere is made if it is missing, and found once the variable is another")
  func configurationElsewhere() throws {
    let script = """
      set -e; export XDG_CONFIG_HOME=$D/c; $TOOL enable --user --shell fish >/dev/null; ls $D/c/fish/conf.d
      $TOOL disable --user >/dev/null; ls -d $D/c 2>/dev/null || :
      unset XDG_CONFIG_HOME; $TOOL enable --user --shell fish >/dev/null; export XDG_CONFIG_HOME=$D/c
      $TOOL disable --user >/dev/null; ls -A
      """
    #expect(try output(script) == "gnutls-resume.fish\n")
  }

  @Test("Folders that variables name are left alone if they are another user's", .needs(.superuser))
  func foreignFolders() throws {
    for (variable, shell) in [("XDG_CONFIG_HOME", "fish"), ("ZDOTDIR", "zsh")] {
      let result = try run(
        "mkdir -p $D/theirs; chown 12345 $D/theirs; \(variable)=$D/theirs $TOOL enable --user --shell \(shell)")
      #expect(result.isFailure(saying: "/theirs is user 12345's, and this is user 0", status: 1), "\(result)")
      #expect(try output("ls -A $D/theirs; ls -A") == "")
    }
  }

  @Test("A file that can't be read may have the lines: that is told", .needs(.superuser))
  func hidden() throws {
    let script = """
      chmod 711 $D; chown 12345 .; as() { setpriv --reuid 12345 --regid 12345 --clear-groups "$@"; }
      as $TOOL enable --user >/dev/null; chmod 0 .bashrc; as $TOOL disable --user >/dev/null; echo $?; ls -A
      """
    let result = try run(script)
    #expect(result.standardOutput == "1\n.bashrc\n", "\(result)")
    #expect(result.standardError == "error: can't read \(home)/.bashrc: Permission denied\n", "\(result)")
  }

  @Test("A file keeps its access list, and none comes to it from its folder")
  func accessLists() throws {
    // The format's version, then tag, rights and id of each entry: of the owner, user 12345, the group, the mask and others
    // (linux/posix_acl_xattr.h).
    let list: [[UInt16]] = [
      [2, 0], [1, 6, .max, .max], [2, 4, 12_345, 0], [4, 0, .max, .max], [16, 4, .max, .max], [32, 0, .max, .max],
    ]
    let bytes = list.joined().flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    #expect(try run("touch .bashrc .profile; chmod 640 .bashrc; chmod 604 .profile").status == 0)
    guard ExtendedAttribute("system.posix_acl_access").set(bytes, on: "\(home)/.bashrc") else { return }
    #expect(ExtendedAttribute("system.posix_acl_default").set(bytes, on: home))
    let modes = try output("stat -c %a .bashrc .profile; $TOOL enable --user >/dev/null; stat -c %a .bashrc .profile")
    #expect(modes == "640\n604\n640\n604\n")
    #expect(ExtendedAttribute("system.posix_acl_access").value(on: "\(home)/.bashrc") == bytes)
    #expect(ExtendedAttribute("system.posix_acl_access").value(on: "\(home)/.profile") == nil)
  }

  @Test("A file keeps what its user has attached to it")
  func attributes() throws {
    #expect(try run("touch .bashrc").status == 0)
    guard ExtendedAttribute("user.origin").set([1, 0, 2], on: "\(home)/.bashrc") else { return }
    #expect(try run("$TOOL enable --user").status == 0)
    #expect(ExtendedAttribute("user.origin").value(on: "\(home)/.bashrc") == [1, 0, 2])
  }
}
