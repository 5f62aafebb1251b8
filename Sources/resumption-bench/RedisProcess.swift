import Glibc

/// redis-server on a Unix socket. It ends with this object, and with this process.
final class RedisProcess {
  let socket: String
  private let process: Launched

  init(_ workbench: Workbench) throws {
    let folder = try workbench.newFolder("redis")
    socket = "\(folder)/socket"
    process = try Launcher.start(
      Command(
        words: [
          try Products.installed("setpriv"), "--pdeathsig", "KILL", try Products.installed("redis-server"),
          "--port", "0", "--unixsocket", socket, "--dir", folder, "--save", "",
        ], environment: workbench.environment()), isCaptured: false)
    for _ in 0..<1_000 where unsafe access(socket, F_OK) != 0 { usleep(10_000) }
  }

  deinit {
    _ = kill(process.id, SIGKILL)
    _ = try? process.finish()
  }
}
