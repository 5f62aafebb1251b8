import TestPeers
import Testing

/// `gnutls-resume user`, each in a mount namespace with a `/var/lib` of its own.
@Suite(.needs(.mountNamespaces, .superuser))
struct UserCommandTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  private func shell(_ script: String) throws -> ProcessResult {
    try tool.shell(
      "mount -t tmpfs -o mode=0755 none /var/lib && cd /var/lib && \(script)", by: "bash",
      prefix: ["unshare", "-m", "--propagation", "private"])
  }

  @Test(
    "It refuses who isn't one user for good, and what isn't that user's",
    arguments: [
      ("true", "add nosuchuser", "there is no user"), ("true", "add 4294967295", "there is no user"),
      ("true", "add nobody", "isn't one user's for good"),
      ("mkdir -p gnutls-resume/42", "add _apt", "isn't this user's"),
      ("mkdir -p gnutls-resume/42 && chown 61200 gnutls-resume/42", "remove _apt", "isn't this user's"),
      ("mkdir gnutls-resume && chown 42 gnutls-resume", "add _apt", "must be root's"),
      ("mkdir gnutls-resume && chmod 777 gnutls-resume", "remove _apt", "must be root's"),
      ("mkdir gnutls-resume && ln -s /tmp gnutls-resume/42", "add _apt", "is no folder"),
      ("mkdir gnutls-resume && ln -s /tmp gnutls-resume/42", "remove _apt", "can't be opened"),
      ("ln -s /tmp gnutls-resume", "add _apt", "can't be opened"),
      ("true", "remove nosuchuser", "there is no user"),
    ])
  func refusals(before: String, command: String, message: String) throws {
    let result = try shell("\(before) && exec $TOOL user \(command)")
    #expect(result.isFailure(saying: message), "\(result.output)")
  }

  @Test("It refuses numbers of systemd's dynamic users even if they have a name")
  func dynamicUser() throws {
    let result = try shell(
      """
      cp /etc/passwd passwd && echo x:x:61184:61184::/:/bin/false >>passwd && mount --bind passwd /etc/passwd \
        && exec $TOOL user add x
      """)
    #expect(result.isFailure(saying: "61184 isn't one user's for good"), "\(result.output)")
  }

  @Test("It is for root")
  func root() throws {
    for command in ["add", "remove"] {
      let result = try shell("exec setpriv --reuid=42 --regid=65534 --clear-groups $TOOL user \(command) _apt")
      #expect(result.isFailure(saying: "only root"), "\(result.output)")
    }
  }

  @Test("Removing follows no link, enters no other file system, and takes nothing that the user couldn't")
  func removal() throws {
    let result = try shell(
      """
      set -e
      mkdir mine kept; echo kept >mine/file; echo kept >kept/file
      $TOOL user add _apt >/dev/null; cd gnutls-resume/42
      mkdir -p tickets/client/00000001; touch tickets/client/00000001/{a,b}; mkfifo pipe
      ln -s /var/lib/mine link; ln -s /var/lib/mine/file tickets/link; chown -hR 42 .
      $TOOL user remove _apt
      [ ! -e /var/lib/gnutls-resume/42 ] && [ "$(cat /var/lib/mine/file)" = kept ]

      $TOOL user add _apt >/dev/null; cd /var/lib/gnutls-resume/42
      mkdir tickets roots; chown 42 tickets; mv /var/lib/kept roots/
      ! $TOOL user remove _apt || exit 3
      [ "$(cat roots/kept/file)" = kept ]; rm -r roots

      mkdir mounted; chown 42 mounted; mount -t tmpfs none mounted; chown 42 mounted; touch mounted/file
      chown 42 mounted/file
      ! $TOOL user remove _apt || exit 4
      [ -e mounted/file ]; umount mounted
      $TOOL user remove _apt
      """)
    #expect(result.status == 0, "\(result.output)")
    #expect(result.errorLines.count == 2, "\(result.output)")
    #expect(result.errorLines.first?.contains("Permission denied") == true)
    #expect(result.errorLines.last?.contains("cross-device") == true)
  }

  @Test("A folder that is deeper than any store is refused")
  func deep() throws {
    let result = try shell(
      """
      $TOOL user add _apt >/dev/null && cd gnutls-resume/42 && mkdir -p $(printf 'd/%.0s' {1..100}) && chown -R 42 . \
        && exec $TOOL user remove _apt
      """)
    #expect(result.isFailure(saying: "not all of"), "\(result.output)")
  }
}
