import Foundation
import SessionTicketsLocking

/// What the supervising thread and the owner of a process share.
final class ChildProcess: Sendable {
  enum Phase: Equatable {
    case starting, running
    case failed(PeerError)
    case ended(RunningProcess.End)
  }

  struct State {
    var phase = Phase.starting
    var identifier: pid_t = 0
    /// Standard output and error.
    var output: [[UInt8]] = [[], []]
  }

  let state = Lock(State())
  let streams: ChildStreams?
  private let command: [String]
  private let environment: [String: String]

  init(_ command: [String], environment: [String: String]) {
    self.command = ["setpriv", "--pdeathsig", "KILL"] + command
    var variables = ProcessInfo.processInfo.environment
    // nginx and ip live where an ordinary user's PATH doesn't lead.
    variables["PATH"] = (variables["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"
    self.environment = variables.merging(environment) { _, new in new }
    streams = try? ChildStreams()
  }

  deinit { streams?.closeOurs() }

  func run() {
    do {
      guard let streams else { throw PeerError("no streams for \(command)") }
      defer { streams.closeTheirs() }
      let identifier = try spawn(command, environment: environment, streams: streams)
      state.withLock {
        $0.identifier = identifier
        $0.phase = .running
      }
    } catch {
      let error = error as? PeerError ?? PeerError("\(error)")
      return state.withLock { $0.phase = .failed(error) }
    }
    supervise()
  }

  func write(_ bytes: [UInt8]) {
    guard let descriptor = streams?.ours[0] else { return }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Kills the whole process group, if the process still runs.
  func kill() {
    state.withLock { if $0.identifier > 0 { _ = Foundation.kill(-$0.identifier, SIGKILL) } }
  }

  /// Collects the output until the process ends.
  private func supervise() {
    guard let streams else { return }
    var end: RunningProcess.End?
    var entries = streams.ours[1...].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    while end == nil {
      _ = unsafe poll(&entries, 2, entries.allSatisfy { $0.fd < 0 } ? 1 : 5)
      end = reap()
      while collect(streams) {}
      // A stream that is closed is always "ready", and a server may close one long before its end: not asked again.
      for index in entries.indices where entries[index].revents & Int16(POLLHUP) != 0 { entries[index].fd = -1 }
    }
    if let end { state.withLock { $0.phase = .ended(end) } }
  }

  /// How the process ended; nil while it runs. Its number is then free for others, and forgotten.
  private func reap() -> RunningProcess.End? {
    state.withLock { state in
      var status: Int32 = 0
      guard unsafe waitpid(state.identifier, &status, WNOHANG) == state.identifier else { return nil }
      state.identifier = 0
      let signal = status & 0x7f
      return signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
    }
  }

  /// Takes over what is there to read. Returns whether there was anything.
  private func collect(_ streams: ChildStreams) -> Bool {
    var found = false
    var buffer = [UInt8](repeating: 0, count: 4_096)
    for index in 0...1 {
      let count = unsafe recv(streams.ours[index + 1], &buffer, buffer.count, Int32(MSG_DONTWAIT))
      if count <= 0 { continue }
      found = true
      state.withLock { $0.output[index] += buffer.prefix(count) }
    }
    return found
  }
}
