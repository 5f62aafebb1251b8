// What NIOGnuTLS costs, beside NIOSSL, which can't resume: both against NIOSSL's server, in a process of its own.
//   nio-bench serve CHAIN KEY PORT
//   nio-bench first PORT ROOT COUNT gnutls|niossl    connect to first byte, COUNT times
//   nio-bench bulk PORT ROOT MEGABYTES gnutls|niossl    so much each way
//   nio-bench slow PORT ROOT MEGABYTES gnutls|niossl    memory, with a reader that takes its time
//   nio-bench many PORT ROOT COUNT gnutls|niossl    COUNT connections, 100 at once
internal import NIOPosix
internal import SessionTickets
internal import SessionTicketsTesting

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.count == 4, arguments[0] == "serve" {
  try await serve(chain: arguments[1], key: arguments[2], port: Int(arguments[3]) ?? 0)
}
guard arguments.count == 5, let port = Int(arguments[1]), let count = Int(arguments[3]),
  let side = Side(rawValue: arguments[4])
else { fatalError("usage: see the beginning of main.swift") }
let root = arguments[2]

func milliseconds(_ duration: Duration) -> Double { duration / .milliseconds(1) }

switch arguments[0] {
case "first":
  let connections = try Connections(side, port: port, root: root)
  for _ in 0..<20 { _ = try await connections.request(.answer, 0, answer: 1) }
  var times: [Double] = []
  var resumed = 0
  for _ in 0..<count {
    let exchange = try await connections.request(.answer, 0, answer: 1)
    times.append(milliseconds(exchange.duration))
    if exchange.isResumed { resumed += 1 }
  }
  times.sort()
  print("\(side) \(count) connections, \(resumed) resumed: first byte after \(times[count / 2]) ms (median)")
case "bulk":
  let connections = try Connections(side, port: port, root: root)
  let bytes = count * 1_000_000
  let down = try await connections.request(.send, bytes, answer: bytes)
  let up = try await connections.request(.receive, bytes, answer: 1, sends: bytes)
  print("\(side) \(count) MB: down \(milliseconds(down.duration)) ms, up \(milliseconds(up.duration)) ms")
case "slow":
  let connections = try Connections(side, port: port, root: root)
  _ = try await connections.request(.answer, 0, answer: 1)
  let before = Memory.megabytes
  let bytes = count * 1_000_000
  let most = try await withThrowingTaskGroup(of: Double.self) { group in
    group.addTask {
      _ = try await connections.request(.send, bytes, answer: bytes, byHand: true)
      return 0
    }
    group.addTask {
      var most = 0.0
      while !Task.isCancelled {
        most = max(most, Memory.megabytes)
        try? await Task.sleep(for: .milliseconds(10))
      }
      return most
    }
    _ = try await group.next()
    group.cancelAll()
    return try await group.next() ?? 0
  }
  print("\(side) \(count) MB to a slow reader: \(before) MB before, \(most) MB at most")
case "many":
  let observer = RecordingObserver()
  let probe = Probe()
  let connections = try Connections(
    side, port: port, root: root, store: MemoryStore(observer: observer.observe), probe: probe)
  for _ in 0..<10 { _ = try await connections.request(.answer, 0, answer: 1) }
  let before = Memory.megabytes
  let resumed = try await withThrowingTaskGroup(of: Int.self) { group in
    for _ in 0..<100 {
      group.addTask {
        var resumed = 0
        for _ in 0..<(count / 100) where try await connections.request(.answer, 0, answer: 1).isResumed { resumed += 1 }
        return resumed
      }
    }
    var sum = 0
    for try await resumed in group { sum += resumed }
    return sum
  }
  var claimed: [RecordID] = []
  for case .lookedUp(_, let id?) in observer.events { claimed.append(id) }
  print(
    "\(side) \(count) connections, 100 at once: \(resumed) resumed, \(claimed.count - Set(claimed).count) tickets twice,",
    "\(before) MB before, \(Memory.megabytes) MB after, the loop kept \(probe.longestMilliseconds) ms at most")
default: fatalError("usage: see the beginning of main.swift")
}
