import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// Where users without a home keep their tickets, each in a mount namespace with a `/var/lib` of its own.
@Suite(.needs(.mountNamespaces, .superuser))
struct HomelessTests {
  private let tool: Tool
  private let server: TLSServer

  init() throws {
    tool = try Tool()
    server = try TLSServer(certificate: try Fixture.ecdsa.serverCertificate)
  }

  /// Runs a script as root. In it `as UID VARIABLE=… COMMAND` runs something as a user without a home, and `$CONNECT`
  /// connects.
  private func shell(_ script: String) throws -> ProcessResult {
    try tool.shell(
      """
      set -e; umask 022
      mount -t tmpfs -o mode=0755 none /var/lib
      cp \(Fixture.ecdsa.root) /var/lib/root.pem
      as() {
        user=$1; shift
        setpriv --reuid=$user --regid=65534 --clear-groups env -u XDG_STATE_HOME -u XDG_CONFIG_HOME HOME=/nonexistent "$@"
      }
      CONNECT="$TOOL connect 127.0.0.1:\(server.port) --server-name localhost --json --ca-file /var/lib/root.pem"
      \(script)
      """, by: "bash", prefix: ["unshare", "-m", "--propagation", "private"])
  }

  private func reports(_ script: String) throws -> [Report] {
    let result = try shell(script)
    try #require(result.status == 0, "\(result.output)")
    return try result.standardOutput.split(separator: "\n").map { try Report($0 + "\n") }
  }

  /// A service's folder.
  private func state(of user: Int, mode: String = "0755") -> String {
    "mkdir -m \(mode) /var/lib/state; chown \(user) /var/lib/state;"
  }

  private func expectUnavailable(_ reports: [Report], saying text: String, location: SourceLocation = #_sourceLocation)
  {
    #expect(reports.map(\.reason) == ["storeUnavailable"], sourceLocation: location)
    #expect(reports.last?.storeMessage?.contains(text) == true, "\(reports)", sourceLocation: location)
  }

  @Test("A service resumes by what it keeps in the first of its state directories; whatever HOME says")
  func stateDirectory() throws {
    let seen = try reports(
      """
      \(state(of: 61_200))
      for home in HOME=/nonexistent HOME= HOME=here HOME=/; do
        as 61200 $home STATE_DIRECTORY=/var/lib/state:/var/lib/other $CONNECT
      done
      [ "$(cd /var/lib/state && find . -maxdepth 3 ! -type f -printf '%p %m %U\\n' | sort)" = \\
        ". 755 61200
      ./gnutls-resume 700 61200
      ./gnutls-resume/secret 700 61200
      ./gnutls-resume/tickets 700 61200
      ./gnutls-resume/tickets/client 700 61200" ]
      [ "$(stat -c %a /var/lib/state/gnutls-resume/secret/key)" = 600 ]
      """)
    #expect(seen.map(\.reason) == ["noTicket", nil, nil, nil])
  }

  @Test("list, stats, forget and purge look there, too")
  func lookingAfter() throws {
    let result = try shell(
      """
      \(state(of: 61_200))
      export STATE_DIRECTORY=/var/lib/state
      as 61200 $CONNECT >/dev/null
      for command in list stats "forget localhost" purge; do as 61200 $TOOL $command; done
      """)
    #expect(result.status == 0 && result.standardOutput.contains("localhost:\(server.port)"), "\(result.output)")
    #expect(result.standardOutput.contains("tickets:  2") && result.standardOutput.contains("removed: 2"))
    #expect(result.standardOutput.hasSuffix("removed: 0\n"))
  }

  @Test("A home that is there comes first, also if it is another's with a place in it that is the user's")
  func homeFirst() throws {
    let seen = try reports(
      """
      \(state(of: 61_200)) export STATE_DIRECTORY=/var/lib/state
      mkdir -p /var/lib/own /var/lib/others/.local/state /var/lib/others/.config; chown 61200 /var/lib/own
      chown 61200 /var/lib/others/.local/state /var/lib/others/.config
      as 61200 HOME=/var/lib/own $CONNECT; as 61200 HOME=/var/lib/others $CONNECT
      [ -e /var/lib/own/.local/state/gnutls-resume/client ] && [ -e /var/lib/others/.local/state/gnutls-resume/client ]
      [ -e /var/lib/own/.config/gnutls-resume/key ] && [ -e /var/lib/others/.config/gnutls-resume/key ]
      [ -z "$(ls /var/lib/state)" ]
      """)
    #expect(seen.map(\.reason) == ["noTicket", "noTicket"] && seen.map(\.ticketsStored) == [2, 2])
  }

  @Test("Root with somebody else's home, as after sudo, has its own place")
  func sudo() throws {
    let seen = try reports(
      """
      mkdir /var/lib/theirs; chown 61200 /var/lib/theirs; $TOOL user add root >/dev/null
      for run in 1 2; do HOME=/var/lib/theirs $CONNECT; done; [ -z "$(ls /var/lib/theirs)" ]
      """)
    #expect(seen.map(\.reason) == ["noTicket", nil])
  }

  @Test("A link that root has made, as systemd does for DynamicUser, is followed; another's isn't")
  func links() throws {
    let folder = "mkdir -p -m 0711 /var/lib/private/state; chown 61200 /var/lib/private/state;"
    let link = "ln -s private/state /var/lib/state;"
    let seen = try reports(
      "\(folder) \(link) for run in 1 2; do as 61200 STATE_DIRECTORY=/var/lib/state $CONNECT; done")
    #expect(seen.map(\.reason) == ["noTicket", nil])
    for owner in [61_200, 61_201] {
      let foreign = try reports(
        "\(folder) \(link) chown -h \(owner) /var/lib/state; as 61200 STATE_DIRECTORY=/var/lib/state $CONNECT")
      expectUnavailable(foreign, saying: "is a symbolic link of user \(owner)")
    }
  }

  @Test(
    "A state directory that others may write, or another's, or none, is not used",
    arguments: [(61_200, "0777"), (61_200, "0775"), (61_200, "1777"), (61_201, "0755"), (0, "0755")])
  func unsafeStateDirectory(owner: Int, mode: String) throws {
    let seen = try reports("\(state(of: owner, mode: mode)) as 61200 STATE_DIRECTORY=/var/lib/state $CONNECT")
    expectUnavailable(seen, saying: owner == 61_200 ? "chmod go-w" : "belongs to user \(owner)")
  }

  @Test(
    "A state directory that is relative, empty or missing is none", arguments: ["state", "", ":/var/lib/state", "/no"])
  func noStateDirectory(value: String) throws {
    let seen = try reports(
      "\(state(of: 61_200)) cd /var/lib; as 61200 STATE_DIRECTORY=\(value) $CONNECT; [ -z \"$(ls state)\" ]")
    expectUnavailable(seen, saying: "the home folder (/nonexistent)")
  }

  // Access lists show as rights of the group.
  @Test("The key is the service's credential, if it has one, be it root's", arguments: ["chown 61200", "chmod 0440"])
  func credential(grant: String) throws {
    let seen = try reports(
      """
      \(state(of: 61_200)) export STATE_DIRECTORY=/var/lib/state CREDENTIALS_DIRECTORY=/var/lib/credentials
      mkdir -m 0755 $CREDENTIALS_DIRECTORY; key=$CREDENTIALS_DIRECTORY/gnutls-resume.key
      head -c 32 /dev/urandom >$key; chmod 0400 $key; chgrp 65534 $key; \(grant) $key
      as 61200 $CONNECT; as 61200 $CONNECT
      [ "$(ls /var/lib/state/gnutls-resume)" = tickets ]
      head -c 32 /dev/urandom >$key
      as 61200 $CONNECT
      """)
    #expect(seen.map(\.reason) == ["noTicket", nil, "noTicket"])
  }

  @Test(
    "A credential that can't be one is an error, and another user's is none",
    arguments: [
      ("chown 61201 $key", "Permission denied"), ("chown 61201 $key; chmod 0404 $key", "belongs to user 61201"),
      ("chmod 0444 $key", "may read the file"),
      ("chmod 0420 $key", "may write the file"), ("truncate -s 31 $key", "it has 31 bytes"),
      ("truncate -s 0 $key", "it has 0 bytes"), ("truncate -s 33 $key", "it has 33 bytes"),
      ("mv $key $key.real; ln -s $key.real $key", "no regular file"), ("chmod 0777 $(dirname $key)", "chmod go-w"),
      ("chmod 0700 $(dirname $key)", nil), ("rm $key", nil),
    ])
  func unusableCredential(change: String, message: String?) throws {
    let seen = try reports(
      """
      \(state(of: 61_200)) export STATE_DIRECTORY=/var/lib/state CREDENTIALS_DIRECTORY=/var/lib/credentials
      mkdir -m 0755 $CREDENTIALS_DIRECTORY; key=$CREDENTIALS_DIRECTORY/gnutls-resume.key
      head -c 32 /dev/urandom >$key; chmod 0400 $key; chown 61200 $key
      \(change)
      as 61200 $CONNECT
      [ \(message == nil ? "-e" : "! -e") /var/lib/state/gnutls-resume/secret/key ]
      """)
    if let message {
      expectUnavailable(seen, saying: message)
    } else {
      #expect(seen.map(\.reason) == ["noTicket"] && seen.map(\.ticketsStored) == [2])
    }
  }

  @Test("What root has made for a user is that user's place, until it is taken away")
  func fixedUser() throws {
    let result = try shell(
      """
      $TOOL user add 42; $TOOL user add _apt
      as 42 $CONNECT | grep -o noTicket; as 42 $CONNECT | grep -o resumed
      [ "$(stat -c '%a %u' /var/lib/gnutls-resume /var/lib/gnutls-resume/42)" = "755 0
      700 42" ]
      $TOOL user remove _apt; $TOOL user remove 42
      as 42 $CONNECT | grep -o storeUnavailable; [ -z "$(ls -A /var/lib/gnutls-resume)" ]
      """)
    let path = "/var/lib/gnutls-resume/42\n"
    #expect(
      result.standardOutput == "made: \(path)is there: \(path)noTicket\nresumed\nremoved: \(path)isn't there: \(path)"
        + "storeUnavailable\n", "\(result.output)")
  }

  @Test(
    "A folder that isn't the user's alone, or stands where others could have put it, is no place",
    arguments: [
      "chown 0 $PLACE", "chmod 0770 $PLACE", "mv $PLACE /var/lib/x; ln -s /var/lib/x $PLACE; chown -h 42 $PLACE",
      "chown 42 $(dirname $PLACE)", "chmod 1777 $(dirname $PLACE)",
      "mv $(dirname $PLACE) /var/lib/x; ln -s x $(dirname $PLACE)",
    ])
  func unsafePlace(change: String) throws {
    let seen = try reports(
      "$TOOL user add 42 >/dev/null; PLACE=/var/lib/gnutls-resume/42; \(change); as 42 $CONNECT; [ -z \"$(ls $PLACE/)\" ]"
    )
    #expect(seen.map(\.reason) == ["storeUnavailable"])
  }

  @Test(
    "Numbers that systemd gives to one service after the other have no place, even if there is a folder",
    arguments: [61_184, 65_519, 65_534])
  func dynamicUser(number: Int) throws {
    let seen = try reports(
      """
      mkdir -p /var/lib/gnutls-resume/\(number); chown \(number) /var/lib/gnutls-resume/\(number)
      as \(number) $CONNECT
      """)
    expectUnavailable(seen, saying: "the home folder (/nonexistent)")
  }

  @Test("A program that has more rights than who runs it has none of these places")
  func secureExecution() throws {
    let result = try shell(
      """
      \(state(of: 42)) $TOOL user add 42 >/dev/null
      cp $TOOL /var/lib/tool; chown 42 /var/lib/tool; chmod 4755 /var/lib/tool
      as 61200 STATE_DIRECTORY=/var/lib/state /var/lib/tool list
      """)
    #expect(result.status != 0 && result.output.contains("HOME is not set"), "\(result.output)")
  }
}
