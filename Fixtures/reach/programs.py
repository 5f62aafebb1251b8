"""The programs, and how each is told what to fetch. They trust what the system trusts, unless they ask for a file."""
import dataclasses

system = "/etc/ssl/certs/ca-certificates.crt"
tls12 = "NORMAL:-VERS-TLS1.3"


@dataclasses.dataclass
class Program:
    name: str
    # Words that a shell splits. {host}, {port}, {home} and the run's number {n} are filled in.
    command: str
    service: str = "web"
    # The words for {tls12}; None: it can't be told.
    tls12: str | None = None
    # What there is of connections in each run.
    connections: int = 1
    # Whether they begin together: then each needs a ticket of its own, or comes late enough for another's.
    at_once: bool = False
    input: str = ""
    # Standard input stays open until this has come.
    input_until: str = ""
    # Done before the first run.
    prepare: str = ""
    # Debian's packages that it needs.
    packages: str = ""
    releases: tuple = ("12", "13")
    protocols: tuple = ("TLSv1.3", "TLSv1.2")
    # Why it doesn't resume where it rightly doesn't, by protocol or release.
    exceptions: dict = dataclasses.field(default_factory=dict)
    statuses: tuple = (0,)
    terminal: bool = False


# Of the servers. Some programs make an exception of "localhost".
host = "server.example"
url = "https://{host}:{port}"
mail = "Subject: sample\n\nanswered\n"

programs = [
    Program("git ls-remote", f"git ls-remote {url}/git/sample.git", packages="git"),
    Program("git clone", f"git clone -q {url}/git/sample.git {{home}}/clone-{{n}}"),
    Program(
        "git fetch", f"git -C {{home}}/fetched fetch -q origin",
        prepare=f"git init -q {{home}}/fetched && git -C {{home}}/fetched remote add origin {url}/git/sample.git"),
    Program("wget", f"wget -q -O /dev/null {{tls12}} {url}/", tls12=f"--ciphers={tls12}", packages="wget"),
    Program("wget2", f"wget2 -q -O /dev/null {{tls12}} {url}/", tls12=f"--secure-protocol={tls12}", packages="wget2"),
    Program(
        "wget2", f"wget2 -q -O /dev/null {{tls12}} {url}/", tls12=f"--gnutls-options={tls12}", protocols=("TLSv1.2",),
        releases=("12",), exceptions={"TLSv1.2": "told so, it does without the extended master secret"}),
    # Fixtures/clients.
    Program(
        "libcurl-gnutls, easy", f"curl-client {url}/ {system} {{tls12}}", tls12="tls1.2",
        packages="libcurl4-gnutls-dev gcc libc6-dev"),
    Program(
        "libcurl-gnutls, multi", f"curl-multi {url}/ 2 {{tls12}}", tls12="tls1.2", connections=2, at_once=True),
    Program("lftp", f"lftp -c '{{tls12}}cat {url}/'", tls12=f"set ssl:priority {tls12}; ", packages="lftp"),
    Program(
        "lftp, FTPS",
        "lftp -c 'set ftp:ssl-force yes; set ftp:ssl-allow-anonymous yes; set ftp:ssl-protect-data yes; {tls12}"
        "cat ftp://{host}:{port}/file.txt'",
        service="ftp", tls12=f"set ssl:priority {tls12}; ", connections=2),
    Program(
        "gnutls-cli", "gnutls-cli --port {port} {tls12} {host}", tls12=f"--priority {tls12}", packages="gnutls-bin",
        input="GET / HTTP/1.0\n\n", input_until="answered"),
    Program(
        "msmtp",
        "msmtp --host={host} --port={port} --tls=on --tls-starttls=off {tls12} --from=a@localhost b@localhost",
        service="smtps", tls12=f"--tls-priorities={tls12}", packages="msmtp", input=mail),
    Program(
        "msmtp, STARTTLS", "msmtp --host={host} --port={port} --tls=on {tls12} --from=a@localhost b@localhost",
        service="smtp", tls12=f"--tls-priorities={tls12}", input=mail),
    Program(
        "mutt, IMAPS",
        "mutt -F /dev/null -e '{tls12}set folder={home} imap_user=a imap_pass=b; push q' "
        "-f imaps://{host}:{port}/INBOX",
        service="imaps", tls12="set ssl_use_tlsv1_3=no; ", packages="mutt", terminal=True),
    Program(
        "mutt, SMTPS",
        "mutt -F /dev/null -e '{tls12}set folder={home} smtp_url=smtps://{host}:{port} record= from=a@localhost' "
        "-s sample b@localhost",
        service="smtps", tls12="set ssl_use_tlsv1_3=no; ", input="answered\n"),
    Program("lynx", f"lynx -dump {url}/", packages="lynx"),
    Program("aria2c", f"aria2c -q --async-dns=false --allow-overwrite=true -d {{home}} -o file {url}/", packages="aria2"),
    Program("ffprobe", f"ffprobe -v error -tls_verify 1 -ca_file {system} {url}/sample.wav", packages="ffmpeg"),
    Program(
        "Emacs' url",
        "emacs -Q --batch --eval '(progn {tls12} "
        f'(with-current-buffer (url-retrieve-synchronously "{url}/") (princ (buffer-string))))\'',
        tls12=f'(setq gnutls-algorithm-priority "{tls12}")', packages="emacs-nox"),
    Program(
        "apt-get update", "env APT_CONFIG={home}/apt.conf apt-get --error-on=any update", prepare="apt",
        exceptions={"13": "on Debian 13 apt is OpenSSL's"}),
    Program(
        "kdig", "kdig @127.0.0.1 -p {port} +tls-ca +tls-hostname={host} sample.example", service="dns",
        packages="knot-dnsutils"),
    Program(
        "ldapsearch", "ldapsearch -H ldaps://{host}:{port} -x -LLL -s base", service="ldaps",
        packages="ldap-utils libldap-common",
        exceptions={"13": "on Debian 13 libldap is OpenSSL's"}),
    Program(
        "neomutt, IMAPS",
        "neomutt -F /dev/null -e 'set folder={home} imap_user=a imap_pass=b; push q' -f imaps://{host}:{port}/INBOX",
        service="imaps", packages="neomutt", terminal=True),
    Program("cadaver", f"cadaver {url}/", packages="cadaver", input="quit\n"),
    Program(
        "openconnect", f"openconnect --non-inter --authenticate {url}/", connections=2, packages="openconnect",
        # The server is none of its kind, which it finds out after two connections.
        statuses=(1, 2)),
    Program(
        "gio cat", f"dbus-run-session -- gio cat {url}/",
        packages="gvfs gvfs-backends glib-networking dbus libglib2.0-bin"),
    Program(
        "nbdinfo", "nbdinfo nbds://{host}:{port}", service="nbd", packages="libnbd-bin",
        exceptions={"12": "on Debian 12 it verifies nobody"}),
    Program(
        "weechat",
        "weechat-headless -d {home}/weechat -r '/server add sample {host}/{port} -ssl' -r '/connect sample' "
        "-r '/wait 1 /quit'",
        service="ircs", packages="weechat-headless weechat-plugins"),
]


if __name__ == "__main__":
    # What is to be installed for them and their servers.
    print("ca-certificates python3 nginx-light openssl vsftpd", *(program.packages for program in programs))
