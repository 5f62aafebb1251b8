import TestPeers
import Testing

/// Where store and key are that nobody has named.
@Suite("The user's own place", .needs(.gcc, .mountNamespaces, .superuser))
struct OwnPlaceTests {
  @Test("of one without a home is the service's folder, or what root has made for this user")
  func homeless() throws {
    let driver = try Driver()
    let result = try ProcessRunner.run(
      [
        "unshare", "-m", "--propagation", "private", "sh", "-c",
        """
        set -e; mount -t tmpfs -o mode=0755 none /var/lib; cd /var/lib; cp "$1" driver; chmod 755 driver
        mkdir -p state gnutls-resume/42; chown 42 state gnutls-resume/42; export HOME=/nonexistent
        for variables in STATE_DIRECTORY=/var/lib/state STATE_DIRECTORY=; do for run in 1 2; do
          setpriv --reuid=42 --regid=65534 --clear-groups env -u XDG_STATE_HOME -u XDG_CONFIG_HOME $variables \\
            ./driver \(driver.server.port) - - | grep -E "^(open|reason text):"
        done; done
        ls -d state/gnutls-resume/*/* gnutls-resume/42/*/*
        """, "sh", try CProgram.driver.get().path,
      ])
    #expect(
      result.standardOutput == """
        open: 0
        reason text: noTicket
        open: 0
        reason text: resumed
        open: 0
        reason text: noTicket
        open: 0
        reason text: resumed
        gnutls-resume/42/secret/key
        gnutls-resume/42/tickets/client
        state/gnutls-resume/secret/key
        state/gnutls-resume/tickets/client

        """, "\(result.output)")
  }
}
