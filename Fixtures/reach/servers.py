"""Servers on 127.0.0.1, each of which says of every connection whether the client resumed."""
import collections, socket, ssl, subprocess, threading, time

# Made by in-root.
chain, key = "/reach/chain.pem", "/reach/key.pem"

# Processes, for whoever ends them.
started = []

Handshake = collections.namedtuple("Handshake", "resumed version")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True


def listens(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


class Plain:
    """A service on a free port, called with each connection and with what makes it a TLS connection: here, nothing."""

    def __init__(self, service):
        self.service = service
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        connection.settimeout(20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A TLS connection takes the place of the socket that it is made of.
        current = [connection]

        def secured():
            current[0] = self.secured(current[0])
            return current[0]

        try:
            self.service(connection, secured)
            self.end(current[0])
        except (OSError, EOFError, ValueError):
            pass  # The client is gone. What it says itself tells whether it was content.
        finally:
            current[0].close()

    def secured(self, connection):
        return connection

    def end(self, connection):
        connection.shutdown(socket.SHUT_WR)


class OpenSSL(Plain):
    """A service behind Python's TLS, which is OpenSSL's."""

    def __init__(self, service, tickets):
        self.name = f"OpenSSL, {'1 ticket' if tickets == 1 else f'{tickets} tickets'}"
        self.handshakes = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(chain, key)
        self.context.num_tickets = tickets
        super().__init__(service)

    def secured(self, connection):
        connection = self.context.wrap_socket(connection, server_side=True)
        self.handshakes.append(Handshake(connection.session_reused, connection.version()))
        return connection

    def end(self, connection):
        connection.settimeout(1)
        connection.unwrap()


class Nginx:
    """nginx before a service on another port."""

    def __init__(self, folder, upstream):
        self.name, self.port, self.log = "nginx", free_port(), folder / "nginx.log"
        configuration = folder / "nginx.conf"
        temporary = " ".join(f"{kind}_temp_path {folder};" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        configuration.write_text(f"""
            daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx-errors.log;
            events {{ worker_connections 256; }}
            http {{
              log_format seen '$connection $ssl_session_reused $ssl_protocol';
              access_log {self.log} seen;
              {temporary}
              server {{
                listen 127.0.0.1:{self.port} ssl;
                ssl_certificate {chain}; ssl_certificate_key {key};
                ssl_protocols TLSv1.2 TLSv1.3;
                ssl_session_cache shared:sessions:1m;
                location / {{
                  proxy_pass http://127.0.0.1:{upstream.port}; proxy_http_version 1.1; proxy_set_header Host $http_host;
                }}
              }}
            }}""")
        started.append(subprocess.Popen(["nginx", "-e", folder / "nginx-errors.log", "-c", configuration]))
        if not wait_until(lambda: listens(self.port)):
            raise SystemExit("nginx doesn't listen: " + (folder / "nginx-errors.log").read_text())

    @property
    def handshakes(self):
        """In the order of the connections' first answers."""
        seen = {}
        for line in self.log.read_text().splitlines():
            connection, reused, version = line.split()
            seen.setdefault(connection, Handshake(reused == "r", version))
        return list(seen.values())


class Vsftpd:
    """vsftpd, whose data connections must resume a session."""

    def __init__(self, folder):
        self.name, self.port, self.log = "vsftpd", free_port(), folder / "vsftpd.log"
        files = folder / "ftp"
        files.mkdir()
        (files / "file.txt").write_text("answered\n")
        configuration = folder / "vsftpd.conf"
        configuration.write_text("\n".join([
            "listen=YES", "listen_address=127.0.0.1", f"listen_port={self.port}", "background=NO",
            "run_as_launching_user=YES", "ftp_username=root", "anonymous_enable=YES", "no_anon_password=YES",
            f"anon_root={files}", f"secure_chroot_dir={files}", "ssl_enable=YES", "allow_anon_ssl=YES",
            "force_anon_logins_ssl=YES", "force_anon_data_ssl=YES", "require_ssl_reuse=YES", "ssl_ciphers=HIGH",
            f"rsa_cert_file={chain}", f"rsa_private_key_file={key}", "debug_ssl=YES", "xferlog_enable=YES",
            f"vsftpd_log_file={self.log}", "seccomp_sandbox=NO", ""]))
        started.append(subprocess.Popen(["vsftpd", configuration]))
        if not wait_until(lambda: listens(self.port)):
            raise SystemExit("vsftpd doesn't listen")

    @property
    def handshakes(self):
        if not self.log.exists():
            return []
        lines = [line for line in self.log.read_text().splitlines() if '"SSL version: ' in line]
        return [
            Handshake(", reused," in line, line.split('"SSL version: ')[1].split(",")[0]) for line in lines]
