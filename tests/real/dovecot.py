"""A real IMAP server, Dovecot, for one test run: a folder in /tmp, TLS on loopback, thrown away."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path

from tests.real.needs import needs
from tests.real.ports import free_port
from tests.real.postgres import unprivileged

USER, PASSWORD = "bounces@northbrae.example", "pässword-of-a-mailbox"
_SETTINGS = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
ssl_cert = <{certificate}
ssl_key = <{certificate}
auth_mechanisms = plain
disable_plaintext_auth = {only_tls}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{folder}/mail/%d
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
"""


class Dovecot:
    """One server with one mailbox. ``certificate`` holds key and certificate."""

    def __init__(self, certificate: Path) -> None:
        program = needs("dovecot", "apt install dovecot-imapd", [Path("/usr/sbin")])
        self.folder = Path(tempfile.mkdtemp(prefix="skellat-imap-"))
        account = unprivileged() or pwd.getpwuid(os.getuid()).pw_name
        group = pwd.getpwnam(account).pw_gid
        self.port, self.plain_port = free_port(), free_port()
        self._numbers = count(1)
        for name in ("mail", "home", "state"):
            (self.folder / name).mkdir()
        shutil.copy(certificate, self.folder / "pem")
        for path in (self.folder, *self.folder.iterdir()):
            if os.getuid() == 0:
                os.chown(path, pwd.getpwnam(account).pw_uid, group)
        settings = self.folder / "dovecot.conf"
        settings.write_text(
            _SETTINGS.format(
                folder=self.folder,
                ssl="yes",
                only_tls="yes",
                certificate=self.folder / "pem",
                user=account,
                group=_group(group),
                password=PASSWORD,
                plain=self.plain_port,
                tls=self.port,
            )
        )
        self.server = subprocess.Popen([program, "-F", "-c", settings], start_new_session=True)
        self._wait()

    def deliver(self, mail: bytes) -> None:
        """As a mail server puts it into a Maildir."""
        box = self.folder / "mail" / "northbrae.example"
        for name in ("tmp", "new", "cur"):
            (box / name).mkdir(parents=True, exist_ok=True)
        name = f"{time.time():.6f}.{next(self._numbers)}.test"
        (box / "tmp" / name).write_bytes(mail)
        if os.getuid() == 0:
            owner = self.folder.stat()
            for path in (box, *box.iterdir(), box / "tmp" / name):
                os.chown(path, owner.st_uid, owner.st_gid)
        (box / "tmp" / name).rename(box / "new" / name)

    def empty(self) -> None:
        """No mail, and the numbers begin anew."""
        shutil.rmtree(self.folder / "mail" / "northbrae.example", ignore_errors=True)

    def unread(self) -> int:
        """How many mails nobody has marked as read."""
        box = self.folder / "mail" / "northbrae.example"
        unseen = [one for one in (box / "cur").iterdir() if "S" not in one.name.partition(":2,")[2]]
        return len(unseen) + len(list((box / "new").iterdir()))

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    def stop(self) -> None:
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self) -> None:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            if self.server.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"Dovecot did not start: {self.log()}")


def _group(number: int) -> str:
    import grp

    return grp.getgrgid(number).gr_name
