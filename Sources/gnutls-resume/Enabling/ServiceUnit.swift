import FoundationEssentials
import Glibc
import SessionTickets

/// A systemd service, of the machine's manager or of a user's, and the drop-in that has its programs resume.
struct ServiceUnit {
  let name: UnitName
  /// Nil for the machine's manager.
  let home: UserHome?

  private static let fileName = "gnutls-resume.conf"

  var dropIn: EnabledFile {
    let folder = RawPath(bytes: own.bytes + Array("/\(name.text).d/\(Self.fileName)".utf8))
    return EnabledFile(
      path: folder, base: home?.configurationBase ?? "/etc", isOwn: true, mode: home == nil ? 0o644 : nil)
  }

  /// Where an administrator's, or the user's own, units are.
  private var own: RawPath { home?.configuration.appending("systemd/user") ?? "/etc/systemd/system" }

  /// Where units are that have this one's name, as systemd looks for them; generated ones last.
  private var folders: [String] {
    let user = ["/etc/systemd/user", "/run/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user"]
    let system = [
      "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
      "/run/systemd/generator", "/run/systemd/generator.late",
    ]
    return [own.description]
      + (home == nil ? system : user + ["\(home?.path.description ?? "")/.local/share/systemd/user"])
  }

  private var names: [String] { [name.text] + (name.template.map { [$0] } ?? []) }

  var exists: Bool {
    folders.contains { folder in names.contains { FileManager.default.fileExists(atPath: "\(folder)/\($0)") } }
  }

  /// A file of the unit's that says what is to be preloaded, or of all services: a drop-in would put its own in that's stead.
  var rival: String? {
    for folder in folders {
      for name in names + name.families {
        let dropIns = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name).d")) ?? []
        let paths = ["\(folder)/\(name)"] + dropIns.filter { $0 != Self.fileName }.map { "\(folder)/\(name).d/\($0)" }
        for path in paths {
          guard let data = FileManager.default.contents(atPath: path) else { continue }
          let lines = data.split(separator: UInt8(ascii: "\n"))
          let isRival = lines.contains { line in
            let text = String(decoding: line, as: UTF8.self)
            return text.contains("LD_PRELOAD") && !text.hasPrefix("#") && !text.hasPrefix(";")
          }
          if isRival { return path }
        }
      }
    }
    return nil
  }

  /// - Parameter undoing: The command that takes the drop-in away.
  static func body(_ variables: [(name: String, value: RawPath)], undoing: String) throws -> [UInt8] {
    var text = "# Programs that use GnuTLS resume their TLS sessions. To undo this: \(undoing)\n[Service]\n"
    for (name, value) in variables { text += "Environment=\"\(name)=\(try quoted(value))\"\n" }
    return Array(text.utf8)
  }

  /// Within double quotes, where specifiers are looked for too.
  private static func quoted(_ path: RawPath) throws -> String {
    guard let text = String(validating: path.bytes, as: UTF8.self),
      !path.bytes.contains(where: { $0 < 0x20 || $0 == 0x7f })
    else { throw FileFailure("\(path) has characters in it that units can't name") }
    return text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("%", with: "%%")
  }

  /// What is to be done for a change to take effect.
  var advice: String {
    let manager = home == nil ? "systemctl" : "systemctl --user"
    let running = name.isTemplate ? name.text.replacing("@.service", with: "@INSTANCE.service") : name.text
    return "To take effect: \(manager) daemon-reload && \(manager) restart '\(running)'"
  }
}
