import ArgumentParser

/// What `--shell` names.
enum Shell: String, ExpressibleByArgument, CaseIterable {
  case posix, sh, bash, dash, ksh, zsh, fish, csh, tcsh
}
