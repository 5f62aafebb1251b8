import Foundation
import TestPeers

extension ForeignProgram {
  static let gnutlsCli = ForeignProgram(
    name: "gnutls-cli", input: "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", inputEnd: .afterOutput("answered"),
    command: { home, _, tls12 in
      ["gnutls-cli", "--x509cafile", home.trustFile, "--port", "\(home.port)"]
        + (tls12 ? ["--priority", tls12Priorities] : []) + ["localhost"]
    },
    // Before it stand session ids and random values.
    stableOutput: { output in
      // A character of its own would be both ends of a line.
      let output = output.replacing("\r\n", with: "\n")
      let answer = output.firstRange(of: "HTTP/1.1 ").map { output[$0.lowerBound...] } ?? ""
      return answer.split(separator: "\n").filter { !$0.hasPrefix("Date:") }.joined(separator: "\n")
    })

  static let wget = ForeignProgram(
    name: "wget", forbidsExtendedMasterSecret: [.tls12ByServer],
    command: { home, _, tls12 in
      ["wget", "--no-config", "--no-hsts", "--no-verbose", "--output-document=-", "--ca-certificate=\(home.trustFile)"]
        // --secure-protocol=TLSv1_2 allows TLS 1.3.
        + (tls12 ? ["--ciphers=\(tls12Priorities)"] : []) + [home.url + "/"]
    })

  static let wget2 = makeWget2("wget2", ["--no-tls-resume"])

  /// wget2 with the session file that it keeps in the home by itself.
  static let wget2WithSessions = {
    var program = makeWget2("wget2 with its session file", ["--tls-resume"])
    program.resumesAcrossRuns = [true]
    return program
  }()

  private static func makeWget2(_ name: String, _ arguments: [String]) -> ForeignProgram {
    ForeignProgram(
      name: name, forbidsExtendedMasterSecret: [.tls12ByServer],
      command: { home, _, tls12 in
        ["wget2", "--no-config", "--no-hsts", "--no-hpkp", "--no-ocsp", "--no-verbose", "--output-document=-"]
          + ["--ca-certificate=\(home.trustFile)"] + (tls12 ? ["--secure-protocol=\(tls12Priorities)"] : [])
          + arguments + [home.url + "/"]
      })
  }

  static let curl = ForeignProgram(
    name: "a client of libcurl-gnutls",
    command: { home, _, tls12 in
      [try CompiledClients.path(.curl), home.url + "/", home.trustFile] + (tls12 ? ["tls1.2"] : [])
    })

  static let lftp = ForeignProgram(
    name: "lftp",
    command: { home, _, tls12 in
      ["lftp", "--norc", "-c", "\(lftpSettings(home, tls12)); cat \(home.url)/"]
    })

  /// lftp with explicit TLS; its data connection resumes the session of the control connection.
  static let lftpFTPS = ForeignProgram(
    name: "lftp over FTPS", service: .ftp, resumesWithinRun: [false, true], resumesAcrossRuns: [false, true],
    command: { home, _, tls12 in
      let settings = "set ftp:ssl-force yes; set ftp:ssl-allow-anonymous yes; set ftp:ssl-protect-data yes"
      return [
        "lftp", "--norc", "-c", "\(lftpSettings(home, tls12)); \(settings); cat ftp://localhost:\(home.port)/file.txt",
      ]
    })

  private static func lftpSettings(_ home: Home, _ tls12: Bool) -> String {
    "set ssl:ca-file \(home.trustFile); set ssl:verify-certificate yes; set net:max-retries 1; set net:timeout 10"
      + (tls12 ? "; set ssl:priority \(tls12Priorities)" : "")
  }
}
