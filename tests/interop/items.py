"""What is stored and read: a provider, an immutable item, a mutable item with salt.

Each of them is written and read with the same two calls, which return what speaks against success,
`None` where nothing does. What is right is worked out here and not asked of any client.
"""

import hashlib
import os

from listener import Listener

# The first key pair of RFC 8032, section 7.1. Items differ by their salts.
SECRET = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

# The longest text that every client takes: with "996:" before it, the 1000 bytes of BEP 44.
LONGEST = 996


def bencoded(text):
    """A text as the bencoded string that is stored, in hexadecimal."""
    value = text.encode()
    return (str(len(value)).encode() + b":" + value).hex()


def told(answer, wanted):
    """What speaks against an answer: a refusal, or a field with another value than the right one."""
    if not answer["ok"]:
        return answer["error"]
    for name, value in wanted.items():
        if answer.get(name) != value:
            return f"{name} is {answer.get(name)}, not {value}"
    return None


class Item:
    """Something that is stored under a target."""

    def close(self):
        """Gives back what the item holds."""


class Peers(Item):
    """An info hash, and somebody who can be found under it."""

    name = "peers"

    def __init__(self):
        self.info_hash = os.urandom(20).hex()
        self.listener = Listener()
        self.port = self.listener.port

    def close(self):
        """Stops listening."""
        self.listener.close()

    def write(self, peer):
        """Announces; aria2 announces nothing but the port that it has."""
        self.port = peer.ready.get("announces", self.port)
        answer = peer.ask("announce", infohash=self.info_hash, port=self.port)
        return told(answer, {}) or nobody(answer)

    def read(self, peer):
        """Looks for the peer that was announced."""
        answer = peer.ask("find-peers", infohash=self.info_hash)
        if reason := told(answer, {}):
            return reason
        wanted = f"{peer.host}:{self.port}"
        return None if wanted in answer["peers"] else f"{wanted} is not among {answer['peers']}"


class Immutable(Item):
    """A value under its hash, as long as it may be and not all of it ASCII."""

    name = "immutable"

    def __init__(self):
        self.value = "kadsim \u2014 Kädemlia " + os.urandom(LONGEST).hex()
        self.value = self.value.encode()[:LONGEST].decode()
        self.bencoded = bencoded(self.value)
        self.target = hashlib.sha1(bytes.fromhex(self.bencoded)).hexdigest()

    def write(self, peer):
        """Puts the value, and holds the target against the right one."""
        answer = peer.ask("put", value=self.value)
        return told(answer, {"target": self.target}) or nobody(answer)

    def read(self, peer):
        """Gets the value and compares every byte."""
        return told(peer.ask("get", target=self.target), {"bencoded": self.bencoded})


class Mutable(Item):
    """A signed value under a key and a salt of its own."""

    name = "mutable"

    def __init__(self):
        self.renew()
        self.salt = "interop " + os.urandom(8).hex()
        self.target = hashlib.sha1(bytes.fromhex(PUBLIC) + self.salt.encode()).hexdigest()

    def write(self, peer, **numbers):
        """Puts the value, perhaps with `seq` and `cas`; holds the target against the right one."""
        answer = peer.ask("put", value=self.value, secret=SECRET, salt=self.salt, **numbers)
        return told(answer, {"target": self.target}) or nobody(answer)

    def read(self, peer):
        """Gets the value and compares every byte and the key."""
        answer = peer.ask("get", public=PUBLIC, salt=self.salt)
        return told(answer, {"bencoded": self.bencoded, "public": PUBLIC})

    def renew(self):
        """Takes another value, which the next write stores."""
        self.value = "kadsim \u2014 " + os.urandom(200).hex()
        self.bencoded = bencoded(self.value)


def nobody(answer):
    """Whether a write that is said to have gone well is said to have reached nobody."""
    return None if answer.get("copies", 0) > 0 else "no copies"


# Clients that leave it to the user which sequence number a mutable item gets.
NUMBERING = ("kadsim", "bittorrent-dht", "mainline")

# What a client can be asked to store. aria2 has BEP 5 alone.
ALL = [Peers, Immutable, Mutable]
KINDS = {"aria2": [Peers]}


def common(*clients):
    """The kinds of items that all of these clients have."""
    return [kind for kind in ALL if all(kind in KINDS.get(client, ALL) for client in clients)]
