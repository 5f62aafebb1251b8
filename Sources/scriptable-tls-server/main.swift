// The scriptable server as a process of its own. It says `listening 127.0.0.1:PORT`, then one line per connection.
import Glibc
import GnuTLSResumption
import ScriptableTLSServer

guard let arguments = Arguments(Array(CommandLine.arguments.dropFirst())) else {
  put(Arguments.usage, to: STDERR_FILENO)
  exit(64)
}

do {
  var certificates: [ServerCertificate] = []
  for (chain, key) in zip(arguments.certificateFiles, arguments.keyFiles) {
    guard let chain = contents(of: chain), let key = contents(of: key) else {
      put("scriptable-tls-server: can't read the certificate or its key\n", to: STDERR_FILENO)
      exit(66)
    }
    certificates.append(ServerCertificate(chain: chain, key: key))
  }
  if certificates.isEmpty { certificates = [try GeneratedCertificate().serverCertificate] }
  let tickets = arguments.sharedTickets?.open { put("\($0)\n", to: STDERR_FILENO) }
  tickets?.refresh()
  let server = try TLSServer(
    certificates: certificates, script: arguments.script, ticketKey: arguments.ticketKey,
    provider: tickets.map {
      TicketProvider($0, sendsOnRequest: arguments.script.tickets.honoursRequests)
    }, port: arguments.port, fastOpens: arguments.fastOpens,
    connectionEnded: { put(jsonLine($0) + "\n") })
  put("listening 127.0.0.1:\(server.port)\n")
  waitForEndOfInput { tickets?.refresh() }
  server.stop()
} catch {
  put("scriptable-tls-server: \(error)\n", to: STDERR_FILENO)
  exit(1)
}
