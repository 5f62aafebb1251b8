"""Services that say just enough for a client to do its work and be content."""
import http.server, os, struct, subprocess


def lines(stream):
    """What comes, line by line, until the client has gone."""
    for line in stream:
        yield line.decode("latin-1").rstrip("\r\n")


class Files(http.server.BaseHTTPRequestHandler):
    """The files of a folder, and its git repositories under /git/ by way of git's own program."""
    protocol_version = "HTTP/1.1"
    folder = None

    def do_GET(self):
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/git/"):
            return self.run_git()
        file = self.folder / self.path.lstrip("/").replace("./", "")
        if self.path == "/":
            return self.answer(200, b"answered\n")
        self.answer(200, file.read_bytes()) if file.is_file() else self.answer(404, b"")

    do_POST = do_HEAD = do_GET

    def do_OPTIONS(self):
        self.answer(200, b"", {"DAV": "1", "Allow": "OPTIONS, GET, HEAD, PROPFIND"})

    def do_PROPFIND(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(
            207,
            b'<?xml version="1.0"?><multistatus xmlns="DAV:"><response><href>/</href><propstat><prop><resourcetype>'
            b"<collection/></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>",
            {"Content-Type": "text/xml"})

    def run_git(self):
        path, _, query = self.path.removeprefix("/git").partition("?")
        environment = {
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.folder), "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(self.body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", "")}
        output = subprocess.run(["git", "http-backend"], input=self.body, env=environment, stdout=subprocess.PIPE).stdout
        head, _, body = output.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.answer(int(fields.pop("Status", "200").split()[0]), body, fields)

    def answer(self, status, body, fields={}):
        self.send_response(status)
        for name, value in {**fields, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def web(folder):
    handler = type("FilesOf", (Files,), {"folder": folder})
    return lambda connection, secured: handler(secured(), "127.0.0.1", None)


def smtp(connection, secured):
    """Mail by TLS from the start."""
    converse_smtp(secured(), None)


def smtp_starttls(connection, secured):
    converse_smtp(connection, secured)


def converse_smtp(connection, secured):
    stream = connection.makefile("rwb", buffering=0)
    say = lambda text: stream.write(text.encode() + b"\r\n")
    in_message = False
    say("220 localhost")
    while line := stream.readline():
        line = line.decode("latin-1").rstrip("\r\n")
        verb = line.split(" ")[0].upper()
        if in_message:
            in_message = line != "."
            if not in_message:
                say("250 kept")
        elif verb == "EHLO":
            say("250-localhost\r\n250 STARTTLS" if secured else "250 localhost")
        elif verb == "STARTTLS":
            say("220 go on")
            connection, secured = secured(), None
            stream = connection.makefile("rwb", buffering=0)
        elif verb == "DATA":
            in_message = True
            say("354 go on")
        elif verb == "QUIT":
            say("221 good bye")
            return
        else:
            say("250 well")


def imap(connection, secured):
    """A mailbox without mail."""
    stream = secured().makefile("rwb", buffering=0)
    say = lambda text: stream.write(text.encode() + b"\r\n")
    say("* OK [CAPABILITY IMAP4rev1] localhost")
    for line in lines(stream):
        tag, verb = (line.split(" ") + [""])[:2]
        verb = verb.upper()
        if verb == "AUTHENTICATE":
            say("+ ")
            stream.readline()
        elif verb == "CAPABILITY":
            say("* CAPABILITY IMAP4rev1")
        elif verb in ("SELECT", "EXAMINE"):
            say("* FLAGS (\\Seen)\r\n* 0 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1] valid\r\n* OK [UIDNEXT 1] next")
        elif verb == "LIST":
            say('* LIST (\\Noselect) "/" ""')
        elif verb == "LOGOUT":
            say("* BYE good bye")
        say(f"{tag} OK done")
        if verb == "LOGOUT":
            return


def ldap(connection, secured):
    """A directory that lets everybody in, and is empty."""
    connection = secured()
    stream = connection.makefile("rb")
    while head := stream.read(2):
        length = head[1]
        if length > 0x80:
            length = int.from_bytes(stream.read(length - 0x80), "big")
        message = stream.read(length)
        identifier, operation = message[:2 + message[1]], message[2 + message[1]]
        if operation == 0x42:  # unbind
            return
        answers = {0x60: 0x61, 0x63: 0x65}  # bind, search
        result = bytes([answers[operation], 7]) + b"\x0a\x01\x00\x04\x00\x04\x00"
        connection.sendall(b"\x30" + bytes([len(identifier + result)]) + identifier + result)


def dns(connection, secured):
    """Knows no name."""
    connection = secured()
    stream = connection.makefile("rb")
    while head := stream.read(2):
        query = stream.read(int.from_bytes(head, "big"))
        end = 12
        while query[end]:
            end += query[end] + 1
        answer = query[:2] + b"\x84\x03\x00\x01\x00\x00\x00\x00\x00\x00" + query[12:end + 5]
        connection.sendall(len(answer).to_bytes(2, "big") + answer)


def irc(connection, secured):
    stream = secured().makefile("rwb", buffering=0)
    for line in lines(stream):
        words = line.split(" ")
        if words[0] == "NICK":
            stream.write(f":localhost 001 {words[1]} :welcome\r\n".encode())
        elif words[0] == "PING":
            stream.write(f"PONG {words[1]}\r\n".encode())
        elif words[0] == "QUIT":
            return


def nbd(connection, secured):
    """A block device that asks for TLS, as the protocol's newer style has it."""
    say = lambda data: connection.sendall(data)
    stream = connection.makefile("rb", buffering=0)
    take = lambda count: b"".join(iter_exactly(stream, count))
    reply = lambda option, kind, data=b"": say(struct.pack(">QIII", 0x3E889045565A9, option, kind, len(data)) + data)
    say(b"NBDMAGICIHAVEOPT" + b"\x00\x03")
    take(4)
    while True:
        _, option, length = struct.unpack(">QII", take(16))
        data = take(length)
        if option == 5:  # STARTTLS
            reply(option, 1)
            connection = secured()
            stream = connection.makefile("rb", buffering=0)
        elif option in (6, 7):  # INFO, GO
            reply(option, 3, struct.pack(">HQH", 0, 1 << 20, 1))
            reply(option, 1)
            if option == 7:
                break
        elif option == 2:  # ABORT
            return reply(option, 1)
        else:
            reply(option, 0x80000001)
    while True:
        _, _, kind, cookie, _, length = struct.unpack(">IHHQQI", take(28))
        if kind == 2:  # DISC
            return
        say(struct.pack(">IIQ", 0x67446698, 0, cookie) + bytes(length if kind == 0 else 0))


def iter_exactly(stream, count):
    while count:
        data = stream.read(count)
        if not data:
            raise EOFError
        count -= len(data)
        yield data
