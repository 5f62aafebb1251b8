// Fetches a page by HTTP/2: nio-http2-client HOST [PORT [FILE]], where the file has the roots to trust instead of the
// system's. Its second run resumes.
import GnuTLSResumption
import NIOCore
import NIOGnuTLS
import NIOHTTP1
import NIOHTTP2
import NIOPosix

let arguments = CommandLine.arguments.dropFirst()
guard let host = arguments.first else { fatalError("usage: nio-http2-client HOST [PORT [FILE]]") }
let port = arguments.dropFirst().first.flatMap { Int($0) } ?? 443

var configuration = TLSConfiguration()
configuration.applicationProtocols = ["h2"]
if let file = arguments.dropFirst(2).first { configuration.verification = .engineVerifies(.file(file)) }

let (channel, streams) = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
  .connect(host: host, port: port) { [configuration] channel in
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(GnuTLSClientHandler(configuration: configuration, serverName: host))
      let streams = try pipeline.configureAsyncHTTP2Pipeline(mode: .client) { $0.eventLoop.makeSucceededVoidFuture() }
      return (channel, streams)
    }
  }

let stream = try await streams.openStream { stream in
  stream.eventLoop.makeCompletedFuture {
    try stream.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTP1ClientCodec(httpProtocol: .https))
    return try NIOAsyncChannel(
      wrappingChannelSynchronously: stream,
      configuration: .init(
        inboundType: HTTPClientResponsePart.self, outboundType: HTTPClientRequestPart.self))
  }
}
try await stream.executeThenClose { answer, request in
  let head = HTTPRequestHead(version: .http2, method: .GET, uri: "/", headers: ["Host": host])
  // At once: a server that answers before the end has come resets the stream.
  try await request.write(contentsOf: [.head(head), .end(nil)])
  for try await part in answer {
    if case .head(let head) = part { print(head.status) }
    if case .body(let body) = part { print(String(buffer: body), terminator: "") }
  }
}
let outcome = try await channel.gnuTLSOutcome().get()
print(outcome?.reason?.rawValue ?? "resumed")
// Waits until its tickets are stored.
try await channel.close().get()
