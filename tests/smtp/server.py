"""A real mail server whose faults are steered by addresses, for the tests of deliveries.

The local part of a reader's address may end with `+` and a list of faults with `-` between them, one for each
transaction in turn; after the list all goes well. The sender's address has one that holds for every transaction.
Each line of the file `connections` in the folder is a fault of one connection; it is taken off the file when used.
What is accepted is written into the folder as it came. Each step is told on standard output.
"""

import argparse
import asyncio
import base64
import logging
import os
import socket
import ssl
import sys
from collections import defaultdict

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Server(SMTP):
    """One connection."""

    tries = defaultdict(int)
    accepted = 0
    options = None

    def connection_made(self, transport):
        if self.session is None:
            self.fault = self.next_fault()
        if self.fault == "drop":
            transport.abort()
            return
        super().connection_made(transport)

    def next_fault(self):
        path = os.path.join(self.options.folder, "connections")
        if not os.path.exists(path):
            return ""
        with open(path, encoding="ascii") as file:
            faults = file.read().split()
        if not faults:
            return ""
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write("\n".join(faults[1:]))
        os.replace(path + ".new", path)
        return faults[0]

    async def push(self, status):
        if not isinstance(status, bytes):
            status = status.encode()
        if status.startswith(b"220 ") and self.fault in ("421", "554"):
            await super().push(f"{self.fault} not now")
            self.transport.close()
            raise asyncio.CancelledError
        if self.options.pause:
            await asyncio.sleep(self.options.pause / 1000)
        await super().push(status)

    def say(self, *words):
        print(*words, flush=True)

    def cut(self):
        self.transport.abort()
        raise asyncio.CancelledError

    async def hold(self):
        await asyncio.sleep(3600)

    async def smtp_EHLO(self, hostname):
        self.say("STEP", "ehlo")
        if self.fault == "ehlo":
            self.cut()
        await super().smtp_EHLO(hostname)

    async def smtp_AUTH(self, arg):
        if self.fault == "auth454":
            await self.push("454 4.7.0 not now")
            return
        await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg):
        self.say("STEP", "mail")
        sender = arg.split("<")[1].split(">")[0]
        if "+mail" in sender:
            await self.push(f"{sender.split('+mail')[1][:3]} the sender is not welcome")
            return
        if self.fault == "mail421":
            self.fault = ""
            await self.push("421 too many messages")
            self.cut()
        await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        address = arg.split("<")[1].split(">")[0]
        self.say("STEP", "rcpt", address)
        self.step = ""
        if "+" in address:
            faults = address.split("@")[0].split("+")[1].split("-")
            self.step = (faults + [""] * 99)[Server.tries[address]]
            Server.tries[address] += 1
        if self.step in ("rcpt450", "rcpt550"):
            await self.push(f"{self.step[4:]} no such luck with {address.split('+')[0]}")
        elif self.step == "rcptcut":
            self.cut()
        elif self.step == "rcpthold":
            await self.hold()
        else:
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):
        self.say("STEP", "data", *self.envelope.rcpt_tos)
        if self.step in ("data450", "data554"):
            await self.push(f"{self.step[4:]} no content now")
        elif self.step == "datacut":
            self.cut()
        elif self.step == "datahold":
            await self.hold()
        elif self.step == "midcut":
            await self.push("354 go on")
            await self._reader.readexactly(10)
            self.cut()
        else:
            await super().smtp_DATA(arg)


class Handler:
    def __init__(self, options):
        self.options = options

    async def auth_XOAUTH2(self, server, args):
        said = base64.b64decode(args[1]).decode()
        if said == f"user=reports\x01auth=Bearer {self.options.password}\x01\x01":
            server.session.way = "XOAUTH2"
            return AuthResult(success=True)
        # The reason is asked for before the answer is given.
        await server.push("334 eyJzdGF0dXMiOiI0MDEifQ==")
        await server._reader.readline()
        return AuthResult(success=False, handled=False)

    async def handle_DATA(self, server, session, envelope):
        address = envelope.rcpt_tos[0]
        server.say("STEP", "content", address)
        if server.step in ("body450", "body550"):
            return f"{server.step[4:]} the content is not liked"
        if server.step == "bodylost":
            server.cut()
        Server.accepted += 1
        path = os.path.join(self.options.folder, f"{Server.accepted:06}")
        with open(path + ".part", "wb") as file:
            file.write(f"{address}\n".encode() + envelope.content)
        os.rename(path + ".part", path + ".received")
        server.say("ACCEPTED", address, "tls" if server.transport.get_extra_info("cipher") else "plain", getattr(session, "way", "-"))
        if server.step == "bodycut":
            server.cut()
        if server.step == "bodyhold":
            await server.hold()
        return "250 taken"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--tls", default="none")
    parser.add_argument("--certificate")
    parser.add_argument("--password")
    parser.add_argument("--auth", default="PLAIN,LOGIN")
    parser.add_argument("--pause", type=float, default=0)
    options = parser.parse_args()
    logging.disable()
    Server.options = options
    context = None
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate)

    def authenticate(server, session, envelope, mechanism, data):
        good = (
            isinstance(data, LoginPassword)
            and data.login == b"reports"
            and data.password == options.password.encode()
        )
        session.way = mechanism
        return AuthResult(success=good, handled=False)

    def connection():
        return Server(
            Handler(options),
            hostname="localhost",
            ident="test",
            tls_context=context if options.tls == "starttls" else None,
            require_starttls=options.tls == "starttls",
            authenticator=authenticate if options.password else None,
            auth_required=bool(options.password),
            auth_require_tls=False,
            auth_exclude_mechanism={"PLAIN", "LOGIN", "XOAUTH2"} - set(options.auth.split(",")),
            timeout=3600,
        )

    async def serve():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda loop, context: None)
        listener = socket.create_server(("127.0.0.1", 0))
        tls = context if options.tls == "tls" else None
        server = await loop.create_server(connection, sock=listener, ssl=tls)
        print("PORT", listener.getsockname()[1], flush=True)
        # The test that started this has ended when nobody writes any more.
        await loop.run_in_executor(None, sys.stdin.read)
        server.close()
        os._exit(0)

    asyncio.run(serve())


main()
