import Glibc

/// Children that go on with what their parent has, as Swift lets nobody fork.
enum ForkedProcess {
  /// Forks. Returns 0 in the child, which is ended after ten seconds.
  static func fork() -> pid_t {
    typealias Fork = @convention(c) () -> pid_t
    guard let symbol = unsafe dlsym(nil, "fork") else { return -1 }
    let child = unsafe unsafeBitCast(symbol, to: Fork.self)()
    if child == 0 {
      // Whoever runs tests has it blocked.
      var alarms = sigset_t()
      unsafe sigemptyset(&alarms)
      unsafe sigaddset(&alarms, SIGALRM)
      unsafe pthread_sigmask(SIG_UNBLOCK, &alarms, nil)
      alarm(10)
    }
    return child
  }

  /// Runs the body in a child, which ends with what it returns. Returns how it has ended, as `waitpid` says.
  static func run(_ body: () -> Int32) -> Int32 {
    let child = fork()
    if child == 0 { _exit(body()) }
    return end(of: child)
  }

  static func end(of child: pid_t) -> Int32 {
    var status: Int32 = -1
    guard child > 0 else { return status }
    while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
    return status
  }
}
