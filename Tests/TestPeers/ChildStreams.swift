import Glibc

/// The socket pairs that serve as a child's standard streams. Sockets, because they are made close-on-exec at once, and
/// because ending or losing the child's input then needs neither luck nor SIGPIPE.
struct ChildStreams: Sendable {
  /// Ours and the child's ends of standard input, output and error.
  let ours: [Int32]
  let theirs: [Int32]

  init() throws(PeerError) {
    var ours: [Int32] = []
    var theirs: [Int32] = []
    for _ in 0..<3 {
      var pair: [Int32] = [-1, -1]
      let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
      if unsafe socketpair(AF_UNIX, kind, 0, &pair) != 0 { throw PeerError("socketpair: error \(errno)") }
      ours.append(pair[0])
      theirs.append(pair[1])
    }
    self.ours = ours
    self.theirs = theirs
  }

  func closeTheirs() { for descriptor in theirs { close(descriptor) } }
  func closeOurs() { for descriptor in ours { close(descriptor) } }
}

/// Starts a command, looked up in `PATH`, in a process group of its own. Returns its process id.
func spawn(_ command: [String], environment: [String: String], streams: ChildStreams) throws(PeerError) -> pid_t {
  var actions = unsafe posix_spawn_file_actions_t()
  unsafe posix_spawn_file_actions_init(&actions)
  defer { unsafe posix_spawn_file_actions_destroy(&actions) }
  for (number, descriptor) in streams.theirs.enumerated() {
    unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
  }
  var attributes = posix_spawnattr_t()
  unsafe posix_spawnattr_init(&attributes)
  defer { unsafe posix_spawnattr_destroy(&attributes) }
  unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))

  let arguments = unsafe command.map { unsafe strdup($0) } + [nil]
  let variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
  let strings = unsafe arguments + variables
  defer {
    for index in unsafe strings.indices { unsafe free(strings[index]) }
  }
  var identifier: pid_t = 0
  let code = unsafe posix_spawnp(&identifier, command[0], &actions, &attributes, arguments, variables)
  if code != 0 { throw PeerError("can't start \(command[0]): error \(code)") }
  return identifier
}
