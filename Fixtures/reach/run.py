"""Runs every program four times, one run after another, and writes down what the servers saw: run.py TOOL RELEASE [PAIRS]

With PAIRS it takes the time of as many further runs with the tool as without, in turn, with the first server of each kind.

As root, in a system of its own, whose trust it extends: see .ci/reach. A line of JSON for each program, protocol and server.
"""
import contextlib, json, os, pathlib, pty, shlex, shutil, subprocess, sys, tempfile, termios, threading, time
import programs, servers, services

tool, release = sys.argv[1:3]
pairs = int(sys.argv[3]) if len(sys.argv) > 3 else 0
work = pathlib.Path(tempfile.mkdtemp(prefix="reach-"))
work.chmod(0o755)
run_count = 4
time_limit = 20


def make_site():
    site = work / "site"
    site.mkdir()
    archive = site / "archive"
    archive.mkdir()
    (archive / "Packages").write_text("")
    # A second of silence.
    head = b"WAVEfmt " + bytes([16, 0, 0, 0, 1, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x40, 0x1F, 0, 0, 1, 0, 8, 0]) + b"data"
    sound = head + (8000).to_bytes(4, "little") + bytes([128]) * 8000
    (site / "sample.wav").write_bytes(b"RIFF" + len(sound).to_bytes(4, "little") + sound)
    subprocess.run(
        ["sh", "-ec", """
            git init -q --bare -b main sample.git && cd sample.git
            tree=$(printf '100644 blob %s\\tfile.txt\\n' $(echo answered | git hash-object -w --stdin) | git mktree)
            git update-ref refs/heads/main $(git -c user.name=a -c user.email=a@localhost commit-tree -m Start $tree)"""],
        cwd=site, check=True)
    return site


def make_servers():
    site = make_site()
    web = services.web(site)
    implicit = {
        "smtps": services.smtp, "smtp": services.smtp_starttls, "imaps": services.imap, "ldaps": services.ldap,
        "dns": services.dns, "ircs": services.irc, "nbd": services.nbd}
    return {
        "web": [servers.Nginx(work, servers.Plain(web)), servers.OpenSSL(web, 1)],
        "ftp": [servers.Vsftpd(work)],
        **{name: [servers.OpenSSL(service, count) for count in (2, 1)] for name, service in implicit.items()}}


def environment(home):
    return {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm"}


def prepare(program, home, port):
    if program.prepare == "apt":
        return prepare_apt(home, port)
    if program.prepare:
        command = program.prepare.format(host=programs.host, home=home, port=port)
        subprocess.run(["sh", "-c", command], env=environment(home), check=True)


def prepare_apt(home, port):
    """With a folder for the sandbox's user, who has no home, as the package makes it; nothing of the system's own."""
    home.chmod(0o755)
    for folder in "etc/apt.conf.d etc/preferences.d etc/trusted.gpg.d state/lists cache/archives/partial".split():
        (home / folder).mkdir(parents=True)
    (home / "state/status").write_text("")
    (home / "etc/sources.list").write_text(f"deb [trusted=yes] https://{programs.host}:{port}/archive ./\n")
    (home / "apt.conf").write_text(f"""
        Dir "{home}"; Dir::Etc "etc"; Dir::State "state"; Dir::Cache "cache"; Dir::State::status "{home}/state/status";
        Dir::Bin::Methods "/usr/lib/apt/methods"; Acquire::Languages "none"; Acquire::Retries "0";
        """)


def empty_lists(home):
    """So that they are fetched anew."""
    shutil.rmtree(home / "state/lists")
    (home / "state/lists/partial").mkdir(parents=True)
    shutil.chown(home / "state/lists/partial", "_apt")


def execute(program, command, home):
    """Returns the exit status, or None where time ran out, and what it said."""
    keyboard, screen, source = subprocess.PIPE, subprocess.PIPE, None
    if program.terminal:
        source, screen = pty.openpty()
        termios.tcsetwinsize(screen, (24, 80))
        keyboard = screen
    process = subprocess.Popen(
        command, env=environment(home), cwd=home, stdin=keyboard, stdout=screen, stderr=subprocess.STDOUT,
        start_new_session=True)
    timer = threading.Timer(time_limit, os.killpg, [process.pid, 9])
    timer.start()
    if program.terminal:
        os.close(screen)
        read = lambda: read_terminal(source)
    else:
        # One that has ended already needs none.
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(program.input.encode())
            process.stdin.flush()
            if not program.input_until:
                process.stdin.close()
        read = lambda: process.stdout.read1()
    output = b""
    while data := read():
        output += data
        if program.input_until and program.input_until.encode() in output:
            process.stdin.close()
    status = process.wait()
    expired = not timer.is_alive()
    timer.cancel()
    if program.terminal:
        os.close(source)
    return None if expired else status, output.decode("utf-8", "replace")


def read_terminal(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""  # So its end is told.


def filled_in(text, program, protocol, **fields):
    """A command with all that varies; the option for TLS 1.2 only where it is asked for."""
    return text.format(host=programs.host, tls12=program.tls12 if protocol == "TLSv1.2" else "", **fields)


def take_times(program, protocol, server, home, log):
    """In seconds, of runs with the tool and without."""
    times = {"with": [], "without": []}
    for number in range(run_count + 1, run_count + 1 + 2 * pairs):
        way = "with" if number % 2 else "without"
        if program.prepare == "apt":
            empty_lists(home)
        words = shlex.split(filled_in(program.command, program, protocol, port=server.port, home=home, n=number))
        front = [tool, "run", "--log", str(log), "--"] if way == "with" else []
        begin = time.monotonic()
        status, _ = execute(program, [*front, *words], home)
        if status in program.statuses:
            times[way].append(time.monotonic() - begin)
    return times


def observe(program, protocol, server, is_timed=False):
    home = pathlib.Path(tempfile.mkdtemp(dir=work))
    prepare(program, home, server.port)
    log = home / "log"
    # Also for apt's user.
    log.touch()
    log.chmod(0o666)
    runs, problem = [], None
    for number in range(1, run_count + 1):
        if program.prepare == "apt":
            empty_lists(home)
        words = shlex.split(filled_in(program.command, program, protocol, port=server.port, home=home, n=number))
        before = len(server.handshakes)
        status, output = execute(program, [tool, "run", "--log", str(log), "--", *words], home)
        servers.wait_until(lambda: len(server.handshakes) >= before + program.connections, 1)
        seen = server.handshakes[before:]
        runs.append(["resumed" if handshake.resumed else "full" for handshake in seen])
        if status not in program.statuses:
            problem = f"run {number} ended with {status}: {output[-500:]}"
        elif any(handshake.version != protocol for handshake in seen):
            problem = f"run {number} spoke {seen}"
        elif len(seen) < program.connections:
            problem = f"run {number} made {len(seen)} connections"
        if problem:
            break
    command = filled_in(program.command, program, protocol, port="PORT", home="~", n="N")
    return {
        "program": program.name, "command": " ".join(command.split()), "release": release, "server": server.name,
        "protocol": protocol, "at_once": program.at_once, "runs": runs, "problem": problem,
        "times": take_times(program, protocol, server, home, log) if is_timed and not problem else None,
        "exception": program.exceptions.get(protocol, program.exceptions.get(release)), "log": log.read_text()}


def main():
    every = make_servers()
    for program in programs.programs:
        if release not in program.releases:
            continue
        for protocol in program.protocols if program.tls12 else ["TLSv1.3"]:
            for index, server in enumerate(every[program.service]):
                print(json.dumps(observe(program, protocol, server, pairs > 0 and index == 0)), flush=True)


try:
    main()
finally:
    shutil.rmtree(work)
    # nginx and vsftpd.
    for server in servers.started:
        server.terminate()
