// Fetches a page by HTTP/1.1: nio-http1-client HOST [PORT [FILE]], where the file has the roots to trust instead of the
// system's. Its second run resumes.
import GnuTLSResumption
import NIOCore
import NIOGnuTLS
import NIOHTTP1
import NIOPosix

let arguments = CommandLine.arguments.dropFirst()
guard let host = arguments.first else { fatalError("usage: nio-http1-client HOST [PORT [FILE]]") }
let port = arguments.dropFirst().first.flatMap { Int($0) } ?? 443

var configuration = TLSConfiguration()
configuration.applicationProtocols = ["http/1.1"]
if let file = arguments.dropFirst(2).first { configuration.verification = .engineVerifies(.file(file)) }

let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
  .connect(host: host, port: port) { [configuration] channel in
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(GnuTLSClientHandler(configuration: configuration, serverName: host))
      try pipeline.addHTTPClientHandlers()
      return try NIOAsyncChannel(
        wrappingChannelSynchronously: channel,
        configuration: .init(
          inboundType: HTTPClientResponsePart.self, outboundType: HTTPClientRequestPart.self))
    }
  }

// Leaving closes the connection, and waits until its tickets are stored.
try await connection.executeThenClose { answer, request in
  let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: ["Host": host])
  try await request.write(.head(head))
  try await request.write(.end(nil))
  for try await part in answer {
    if case .head(let head) = part { print(head.status) }
    if case .body(let body) = part { print(String(buffer: body), terminator: "") }
    if case .end = part { break }
  }
  let outcome = try await connection.channel.gnuTLSOutcome().get()
  print(outcome?.reason?.rawValue ?? "resumed")
}
