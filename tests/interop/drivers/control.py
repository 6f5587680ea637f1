"""The control loop that the Python drivers share: JSON lines in, one JSON line out for each.

A driver makes one client speak as `kadsim node` does, so that whoever drives the nodes need not
know which of them is which program.
"""

import argparse
import json
import sys


class Failure(Exception):
    """What a request is answered with when it could not be done."""


def arguments(description):
    """The arguments that every driver takes: where to listen and whom to join through."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--listen", required=True, metavar="ADDR")
    parser.add_argument("--bootstrap", action="append", default=[], metavar="ADDR")
    return parser.parse_args()


def endpoint(text):
    """`127.0.0.1:6881` as the pair that sockets take."""
    host, port = text.rsplit(":", 1)
    return host.strip("[]"), int(port)


def written(host, port):
    """The pair as text again, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def say(message):
    """Writes one line to whoever drives this."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def ready(address, key):
    """Tells that the node is there: its address and its key."""
    say({"event": "ready", "nodes": [{"node": 0, "address": address, "key": key}]})


def serve(verbs):
    """Answers requests until the input ends or `stop` is asked for.

    `verbs` maps what `do` may be to a function of the request that returns the answer's fields.
    """
    for line in sys.stdin:
        request = json.loads(line)
        identity, verb = request.pop("id"), request.pop("do")
        if verb == "stop":
            say({"id": identity, "ok": True})
            return
        try:
            if verb not in verbs:
                raise Failure(f"this client cannot {verb}")
            say({"id": identity, "ok": True, **verbs[verb](request)})
        except Failure as failure:
            say({"id": identity, "ok": False, "error": str(failure)})
