import Foundation
import TestPeers
import Testing

/// `enable` and `disable`: what is written, and that exactly this is taken away.
struct EnableTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  private var home: String { tool.folder.file("home") }

  /// A script in the home, in which `$TOOL` is the tool.
  private func run(_ script: String, prefix: [String] = [], shell: String = "/bin/bash") throws -> ProcessResult {
    try tool.shell("cd ~; " + script, prefix: prefix, variables: ["SHELL": shell, "ZDOTDIR": "", "LD_PRELOAD": ""])
  }

  /// Names, kinds, modes, links and contents of all in the home.
  private func state() throws -> String {
    let script = "find . -printf '%p %y %m %l %U\\n' | sort; find . -type f | sort | xargs -r tail -n +1 -c +1"
    let result = try run(script)
    try #require(result.status == 0, "\(result)")
    return result.standardOutput
  }

  /// Enables and disables, and expects all to be as before.
  private func expectUndone(
    _ options: String = "--user", in shell: String = "/bin/bash", sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = try state()
    let dry = try run("$TOOL enable \(options) --dry-run", shell: shell)
    #expect(try state() == before, "a dry run changes nothing", sourceLocation: sourceLocation)
    let enabling = try run("$TOOL enable \(options)", shell: shell)
    #expect(enabling.status == 0 && enabling.standardError == "", "\(enabling)", sourceLocation: sourceLocation)
    #expect(enabling.standardOutput.hasPrefix(dry.standardOutput.replacing("would write", with: "write")))
    let enabled = try state()
    #expect(enabled != before, sourceLocation: sourceLocation)
    #expect(try run("$TOOL enable \(options)", shell: shell).standardOutput == "it is enabled already\n")
    #expect(try state() == enabled, sourceLocation: sourceLocation)
    let disabling = try run("$TOOL disable \(options)", shell: shell)
    #expect(disabling.status == 0 && disabling.standardError == "", "\(disabling)", sourceLocation: sourceLocation)
    #expect(try state() == before, sourceLocation: sourceLocation)
    #expect(try run("$TOOL disable \(options)", shell: shell).standardOutput == "it isn't enabled\n")
  }

  @Test(
    "Start files are as they were: missing, empty, without a last line's end, linked, of another mode",
    arguments: [
      ":", "touch .bashrc .profile", "printf 'echo a' >.bashrc; chmod 640 .bashrc",
      "mkdir dots; echo x=1 >dots/rc; ln -s dots/rc .bashrc; touch .bash_login",
      "printf '\\377\\0\\r' >.profile; printf '\\n\\n' >.bashrc",
    ])
  func startFiles(preparation: String) throws {
    try #require(try run(preparation).status == 0)
    try expectUndone()
    try expectUndone("--user --shell zsh")
    try expectUndone("--user --shell fish")
    try expectUndone("--user --shell tcsh")
    _ = try run("mkdir -p .config/systemd/user; touch .config/systemd/user/foo@.service")
    try expectUndone("--user --unit foo@bar.service")
  }

  @Test("A link stays a link, and its target's mode and the rest of it stay as they are")
  func link() throws {
    let script = """
      mkdir dots; printf 'x=1' >dots/rc; chmod 604 dots/rc; ln -s dots/rc .bashrc; $TOOL enable --user >out
      readlink .bashrc; stat -c %a dots/rc; head -n1 dots/rc; ls -A dots
      """
    #expect(try run(script).standardOutput == "dots/rc\n604\nx=1\nrc\n")
  }

  @Test("Shells resume that read what was written, and their start files may go on under set -eu")
  func shells() throws {
    #expect(try run("$TOOL enable --user --verbose").status == 0)
    let library = BuiltProducts.preloadedLibrary
    let print = "echo $LD_PRELOAD $GNUTLS_RESUME_VERBOSE"
    for script in [
      "set -eu; . ./.profile; . ./.bashrc; \(print)", "bash -lc '\(print)'", "bash -ic '\(print)' 2>/dev/null",
    ] {
      #expect(try run(script).standardOutput == "\(library) 1\n", "\(script)")
    }
    for (shell, peer) in [("fish", Peer.fish), ("csh", .csh)] where peer.isUsable {
      #expect(try run("$TOOL enable --user --shell \(shell)").status == 0)
      #expect(try run("\(shell) -c 'echo $LD_PRELOAD'").standardOutput == "\(library)\n", "\(shell)")
    }
  }

  @Test("Once the tool is gone, start files do nothing, and say nothing")
  func gone() throws {
    let script = """
      cp $TOOL ~/tool; for library in \(BuiltProducts.libraryFolder)/libgnutls-resum*.so; do cp $library ~; done
      ~/tool enable --user >out && rm ~/tool && bash -lc 'echo "<$LD_PRELOAD>"'
      """
    let result = try run(script)
    #expect(result.output == "<>\n", "\(result)")
  }

  @Test("Start files don't come to name a program that isn't there")
  func launcherGone() throws {
    let script = """
      mkdir -p a/libexec/gnutls-resume a/lib; cp $TOOL a/libexec/gnutls-resume/gnutls-resume
      cp \(BuiltProducts.libraryFolder)/libgnutls-resum*.so a/lib; a/libexec/gnutls-resume/gnutls-resume enable --user
      """
    #expect(try run(script).isFailure(saying: "\(home)/a/bin/gnutls-resume: No such file", status: 1))
    #expect(try run("ls -A").standardOutput == "a\n")
  }

  @Test("Other options take the place of those before")
  func otherOptions() throws {
    #expect(try run("printf 'echo a' >.bashrc; $TOOL enable --user").status == 0)
    #expect(try run("$TOOL enable --user --store 'its place'; echo 'echo b' >>.bashrc").status == 0)
    let text = try run("cat .bashrc").standardOutput
    #expect(
      text.contains("env '--store=\(home)/its place')")
        && text.components(separatedBy: "# gnutls-resume begin").count == 2)
    // What stands behind is no part of it, and needs the line's end before.
    #expect(try run("$TOOL disable --user").status == 0)
    #expect(try run("cat .bashrc").standardOutput == "echo a\necho b\n")
  }

  @Test(
    "What was edited since is left as it is, and told",
    arguments: [
      "sed -i s/eval/exec/ .bashrc", "sed -i /gnutls-resume.end/d .bashrc", "sed -i 's/begin [0-9a-f]/&0/' .bashrc",
      "cat .bashrc .bashrc >twice; mv twice .bashrc", "sed -i '2i echo mine' .bashrc",
      "sed -i '/begin/s/$/ new-file/' .bashrc",
    ])
  func edited(edit: String) throws {
    #expect(try run("$TOOL enable --user; \(edit)").status == 0)
    let before = try run("cat .bashrc").standardOutput
    for command in ["disable", "enable"] {
      let result = try run("$TOOL \(command) --user")
      #expect(result.status == 1 && result.standardError.split(separator: "\n").count == 1, "\(result)")
      #expect(result.standardError.contains("\(home)/.bashrc was edited since"), "\(result)")
      #expect(try run("cat .bashrc").standardOutput == before)
    }
    #expect(try run("ls .profile").status == 2, "the other file was given back")
  }

  @Test("Start files that have nothing of this tool's don't keep it from giving the others back")
  func odderFiles() throws {
    let script = """
      $TOOL enable --user >out; mkdir .cshrc; ln -s none .tcshrc; touch a; ln a .zshenv; truncate -s 5M .bash_login
      $TOOL disable --user >out; echo $?; ls .bashrc .profile
      """
    let result = try run(script)
    #expect(result.standardOutput == "0\n" && result.status == 2, "\(result)")
  }

  @Test("In csh's file, options are named too; but not what can't be quoted")
  func optionsOfCsh() throws {
    #expect(try run("$TOOL enable --user --shell csh --store /a/b --verbose").status == 0)
    #expect(try run("cat .cshrc").standardOutput.contains(" env --shell csh --store=/a/b --verbose`\"\n"))
    let odd = try run("$TOOL enable --user --shell csh --store '/a b'")
    #expect(odd.isFailure(saying: "csh's start files can't name", status: 1), "\(odd)")
  }

  @Test("Files that aren't this tool's stay as they are")
  func foreign() throws {
    for (file, option) in [
      (".config/fish/conf.d/gnutls-resume.fish", "--user --shell fish"),
      (".config/systemd/user/foo.service.d/gnutls-resume.conf", "--user --unit foo"),
    ] {
      let script =
        "mkdir -p $(dirname \(file)); echo mine >\(file); for c in enable disable; do $TOOL $c \(option); done; cat \(file)"
      let result = try run(script)
      #expect(result.standardOutput == "mine\n" && result.standardError.split(separator: "\n").count == 2, "\(result)")
      // Nor what somebody has added to this tool's.
      let more = try run(
        "rm \(file); $TOOL enable \(option) >out; echo more >>\(file); $TOOL disable \(option); tail -n1 \(file)")
      #expect(more.standardOutput == "more\n" && more.standardError.contains("was edited since"), "\(more)")
    }
  }

  @Test(
    "What can't be a start file is left alone",
    arguments: [
      ("mkdir .bashrc", "is no regular file"), ("mkfifo .bashrc", "is no regular file"),
      ("ln -s nothing .bashrc", "can't follow the link"), ("ln -s .bashrc .bashrc", "can't follow the link"),
      ("touch a; ln a .bashrc", "several names"), ("truncate -s 5M .bashrc", "too large"),
      ("export HOME=$D/none", "can't look into"), ("export HOME=", "HOME is not set"),
      ("export HOME=rel", "HOME is not set"),
      ("export SHELL=/bin/nu", "'nu' starts isn't known"),
    ])
  func odd(preparation: String, text: String) throws {
    let result = try run("\(preparation); $TOOL enable --user")
    #expect(result.isFailure(saying: text, status: 1), "\(result)")
    #expect(try run("ls -A | grep -v bashrc").standardOutput.split(separator: "\n").filter { $0 != "a" } == [])
  }

  @Test(
    "On a file system that is full or read-only, nothing is changed, and nothing left behind", .needs(.mountNamespaces))
  func fileSystems() throws {
    let script = """
      mount -t tmpfs -o size=8k none ~; cd ~; echo x=1 >.bashrc; cp .bashrc .profile
      head -c 4096 /dev/zero >fill 2>/dev/null || :; \(Self.readOnly)
      $TOOL enable --user >/dev/null; echo $?; ls -A | tr '\\n' ' '; cat .bashrc
      """
    for readOnly in [false, true] {
      let line = readOnly ? "mount -o remount,ro ~" : ":"
      let result = try run(script.replacing(Self.readOnly, with: line), prefix: ["unshare", "-rm"])
      #expect(result.standardOutput.hasSuffix("x=1\n") && result.standardOutput.hasPrefix("1\n"), "\(result)")
      #expect(!result.standardOutput.contains("gnutls-resume-"), "\(result)")
      #expect(result.standardError.hasPrefix("error: can't write \(home)/.bashrc: "), "\(result)")
    }
  }
  private static let readOnly = "READ-ONLY"

  @Test("Folders that were made for a file that can't be aren't left behind", .needs(.mountNamespaces))
  func halfOfTheFolders() throws {
    let script = "mount -t tmpfs -o nr_inodes=2 none ~; cd ~; $TOOL enable --user --shell fish >/dev/null; ls -A"
    let result = try run(script, prefix: ["unshare", "-rm"])
    #expect(result.standardOutput == "", "\(result)")
    #expect(result.standardError.hasPrefix("error: can't make the folder \(home)/.config/fish: "), "\(result)")
  }

  @Test("Another user's home is left alone", .enabled(if: geteuid() == 0, "only root can do so"))
  func foreignHome() throws {
    let result = try run("chown 12345 .; $TOOL enable --user")
    #expect(result.isFailure(saying: "is user 12345's, and this is user 0", status: 1), "\(result)")
    #expect(try run("ls -A").standardOutput == "")
  }

  @Test("For the machine and its units: what was there comes back", .needs(.mountNamespaces))
  func machine() throws {
    let script = """
      mount -t tmpfs none /etc; umask 077; mkdir -m 755 /etc/profile.d
      $TOOL enable --machine --verbose >/dev/null; $TOOL enable --unit 'foo@' --store '/a%b "c\\d' >/dev/null
      find /etc -type f -printf '%p %m\\n' | sort; cat /etc/systemd/system/foo@.service.d/gnutls-resume.conf | tail -n +3
      sh -eu -c '. /etc/profile.d/gnutls-resume.sh; echo $LD_PRELOAD $GNUTLS_RESUME_VERBOSE'
      $TOOL disable --machine >/dev/null; $TOOL disable --unit foo@.service >/dev/null; find /etc
      """
    let result = try run(script, prefix: ["unshare", "-rm"])
    let library = BuiltProducts.preloadedLibrary
    #expect(
      result.standardOutput == """
        /etc/profile.d/gnutls-resume.sh 644
        /etc/systemd/system/foo@.service.d/gnutls-resume.conf 644
        [Service]
        Environment="LD_PRELOAD=\(library)"
        Environment="GNUTLS_RESUME_STORE=/a%%b \\"c\\\\d"
        # gnutls-resume end
        \(library) 1
        /etc
        /etc/profile.d

        """, "\(result)")
    #expect(result.standardError == "note: there is no foo@.service yet\n")
  }

  @Test("Whose program everybody is to run is told", .needs(.mountNamespaces, .superuser))
  func foreignWriter() throws {
    let script = """
      mount -t tmpfs none /etc; mkdir /etc/profile.d a; cp $TOOL a; cp \(BuiltProducts.libraryFolder)/libgnutls-resum*.so a
      told() { ./a/gnutls-resume enable "$@" 2>&1 >/dev/null; ./a/gnutls-resume disable "$@" >/dev/null; }
      told --machine; for change in 'chown 12345 a' 'chown 0 a; chmod 777 a'; do eval "$change"; told --machine; told --unit foo; done
      chmod 1777 a; told --machine; chmod 755 a; chown 12345 a/*preload.so; told --machine; told --user
      """
    let result = try run(script, prefix: ["unshare", "-m"])
    let (note, unit) = ("note: others than root may write \(home)/a", "note: there is no foo.service yet\n")
    let end = ", and so have every user's programs load what they like: install it elsewhere\n"
    #expect(
      result.standardOutput
        == String(repeating: note + end + note + end + unit, count: 2) + note + "/libgnutls-resume-preload.so" + end)
  }

  @Test("A unit that says itself what is preloaded is left alone", .needs(.mountNamespaces))
  func rival() throws {
    let script = """
      mount -t tmpfs none /etc; mkdir -p /etc/systemd/system/foo@.service.d; cd /etc/systemd/system
      echo 'Environment=LD_PRELOAD=libjemalloc.so.2' >foo@.service.d/own.conf; touch foo@.service
      $TOOL enable --unit foo@1; echo '#Environment=LD_PRELOAD=x' >foo@.service.d/own.conf; $TOOL enable --unit foo@1 >/dev/null
      ls foo@1.service.d
      """
    let result = try run(script, prefix: ["unshare", "-rm"])
    #expect(result.standardOutput == "gnutls-resume.conf\n", "\(result)")
    #expect(
      result.standardError.hasPrefix("error: /etc/systemd/system/foo@.service.d/own.conf sets LD_PRELOAD already"))
  }

  @Test(
    "So is one for which all units of its kind say so", .needs(.mountNamespaces),
    arguments: [("service", true), ("foo-.service", true), ("foo-bar-.service", true), ("foo-bar.service", false)])
  func rivalOfMany(name: String, isRival: Bool) throws {
    let script = """
      mount -t tmpfs none /etc; mkdir -p /etc/systemd/system/\(name).d; cd /etc/systemd/system
      echo 'Environment=LD_PRELOAD=libjemalloc.so.2' >\(name).d/own.conf; $TOOL enable --unit foo-bar-baz@1 >/dev/null; ls
      """
    let result = try run(script, prefix: ["unshare", "-rm"])
    #expect(result.standardOutput == (isRival ? "" : "foo-bar-baz@1.service.d\n") + "\(name).d\n", "\(result)")
    #expect(result.standardError.contains("/\(name).d/own.conf sets LD_PRELOAD already") == isRival, "\(result)")
  }

  @Test(
    "Names that are no service's, and options that go with nothing",
    arguments: [
      ("--unit ../x", "is no unit's name", 1), ("--unit a/b.service", "is no unit's name", 1),
      ("--unit ''", "is no unit's name", 1),
      ("--unit @.service", "is no unit's name", 1), ("--unit 'a b'", "is no unit's name", 1),
      ("--unit foo.timer", "is no service", 1),
      ("--user --unit \(String(repeating: "a", count: 248))", "is no unit's name", 1),
      ("", "For whom?", 64), ("--user --machine", "For whom?", 64), ("--machine --store x", "can't share", 64),
      ("--machine --shell sh", "--shell is for --user alone", 64),
    ])
  func usage(options: String, text: String, status: Int32) throws {
    let result = try run("$TOOL enable \(options)")
    #expect(result.isFailure(saying: text, status: status), "\(result)")
  }
}
