"""A BitTorrent peer that can do nothing but shake hands: somebody whom an announcement names.

aria2 tells only peers that it is connected to, so what is announced must be somebody.
"""

import socket
import threading

PROTOCOL = b"\x13BitTorrent protocol"
HANDSHAKE = 68


class Listener:
    """Listens on a free port of 127.0.0.1 until it is closed."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.connections = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        """Answers everybody, each in a thread of its own, until the socket is closed."""
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=shake, args=(connection,), daemon=True).start()

    def close(self):
        """Stops listening and hangs up."""
        for each in [self.socket, *self.connections]:
            each.close()


def shake(connection):
    """Answers a plain handshake and stays connected; hangs up on an obfuscated one, which makes
    the other side try again in plain."""
    connection.settimeout(30)
    try:
        heard = b""
        while len(heard) < HANDSHAKE:
            part = connection.recv(HANDSHAKE - len(heard))
            heard += part
            if not part or not heard.startswith(PROTOCOL[: len(heard)]):
                connection.close()
                return
        info_hash = heard[28:48]
        connection.sendall(PROTOCOL + bytes(8) + info_hash + b"-KS0001-interoperate")
        while connection.recv(1024):
            pass
    except OSError:
        pass
    connection.close()
