"""A libtorrent session that is driven as `kadsim node` is."""

import collections
import hashlib
import time

import libtorrent as lt
from nacl.signing import SigningKey

import control

# What libtorrent does by default to protect itself on the Internet keeps a network of one
# machine from forming: every node there has the same address.
SETTINGS = {
    "enable_dht": False,
    "dht_bootstrap_nodes": "",
    "dht_restrict_routing_ips": False,
    "dht_restrict_search_ips": False,
    "dht_block_ratelimit": 100_000,
    "dht_upload_rate_limit": 100_000_000,
    "enable_lsd": False,
    "enable_natpmp": False,
    "enable_upnp": False,
    "alert_mask": lt.alert.category_t.dht_notification
    | lt.alert.category_t.dht_operation_notification
    | lt.alert.category_t.dht_log_notification
    | lt.alert.category_t.status_notification,
}

# Longest time for a lookup or a write; a silent node on the way costs libtorrent 15 s.
PATIENCE = 20.0

# How long a lookup that found something may still go on for something newer.
LATER = 2.0


class Node:
    """One session, and what a driver may ask of it."""

    def __init__(self, listen, bootstrap):
        self.host, self.pending = control.endpoint(listen)[0], collections.deque()
        self.session = lt.session({**SETTINGS, "listen_interfaces": listen})
        while not self.session.is_listening():
            self.session.wait_for_alert(50)
        # Enabled only now: with no bootstrap nodes, a DHT that starts before its socket is
        # bound stays without one.
        self.session.apply_settings({"enable_dht": True})
        while not self.session.is_dht_running():
            self.session.wait_for_alert(50)
        for address in bootstrap:
            self.session.add_dht_node(control.endpoint(address))

    def address(self):
        """Where it listens."""
        return control.written(self.host, self.session.listen_port())

    def key(self):
        """Its node id, which stands in front of the address that it is bound to."""
        state = self.session.save_state()[b"dht state"]
        return state[b"node-id"][0][:20].hex()

    def alerts(self, kind, seconds):
        """Alerts of a kind as they come, until the time is over."""
        end = time.monotonic() + seconds
        while True:
            while self.pending:
                alert = self.pending.popleft()
                if isinstance(alert, kind):
                    yield alert
            left = end - time.monotonic()
            if left <= 0:
                return
            self.session.wait_for_alert(max(1, min(100, int(left * 1000))))
            self.pending.extend(self.session.pop_alerts())

    def put(self, request):
        """Stores a text; libtorrent chooses the sequence number, one above what it finds."""
        value = request["value"].encode()
        salt = request.get("salt", "").encode()
        if "secret" not in request:
            target = bytes.fromhex(str(self.session.dht_put_immutable_item(value)))
        else:
            seed = bytes.fromhex(request["secret"])
            public = bytes(SigningKey(seed).verify_key)
            self.session.dht_put_mutable_item(expanded(seed), public, value, salt)
            target = hashlib.sha1(public + salt).digest()
        for alert in self.alerts(lt.dht_put_alert, PATIENCE):
            mine = (
                alert.public_key == public and alert.salt == salt
                if "secret" in request
                else bytes.fromhex(str(alert.target)) == target
            )
            if mine:
                if alert.num_success == 0:
                    raise control.Failure("nobody took it")
                return {"target": target.hex(), "copies": alert.num_success, "seq": alert.seq}
        raise control.Failure("no end of the put was told")

    def get(self, request):
        """Looks for an item, by its target or by its key and salt."""
        if "public" not in request:
            target = request["target"]
            self.session.dht_get_immutable_item(lt.sha1_hash(bytes.fromhex(target)))
            for alert in self.alerts(lt.dht_immutable_item_alert, PATIENCE):
                if str(alert.target) == target:
                    return found(alert.item)
            raise control.Failure("not found in time")
        public, salt = bytes.fromhex(request["public"]), request.get("salt", "").encode()
        self.session.dht_get_mutable_item(public, salt)
        told = self.mutable(public, salt, PATIENCE)
        best = told
        while told and not told[1]:
            # The lookup goes on; it may wait 15 s for a node that is gone.
            told = self.mutable(public, salt, LATER)
            best = max(best, told or best, key=lambda each: each[0])
        if best is None:
            raise control.Failure("not found in time")
        seq, _, item = best
        return {**found(item), "seq": seq, "public": public.hex()}

    def mutable(self, public, salt, seconds):
        """What is told next of a mutable item: its number, whether it is the lookup's last word,
        and the item. An alert itself is gone when the next ones are taken."""
        for alert in self.alerts(lt.dht_mutable_item_alert, seconds):
            if alert.key == public and alert.salt == salt:
                return alert.seq, alert.authoritative, alert.item
        return None

    def announce(self, request):
        """Announces a port, again every 2 s, until the first confirms: an announcement made while
        there is nobody to ask comes to nothing, and libtorrent does not tell."""
        info_hash = bytes.fromhex(request["infohash"])
        end, asked = time.monotonic() + PATIENCE, set()
        while time.monotonic() < end:
            self.session.dht_announce(lt.sha1_hash(info_hash), request.get("port", 0), 0)
            for alert in self.alerts(lt.dht_pkt_alert, 2.0):
                message = lt.bdecode(alert.pkt_buf) or {}
                about = message.get(b"a", {}).get(b"info_hash")
                if message.get(b"q") == b"announce_peer" and about == info_hash:
                    asked.add(message[b"t"])
                elif message.get(b"y") == b"r" and message[b"t"] in asked:
                    return {"copies": 1}
        raise control.Failure("nobody confirmed")

    def find_peers(self, request):
        """Peers of an info hash, those of the first seconds."""
        self.session.dht_get_peers(lt.sha1_hash(bytes.fromhex(request["infohash"])))
        peers = set()
        for alert in self.alerts(lt.dht_get_peers_reply_alert, 3.0):
            if str(alert.info_hash) == request["infohash"]:
                peers.update(control.written(*peer) for peer in alert.peers())
                if peers:
                    break
        return {"peers": sorted(peers)}

    def find_node(self, request):
        """Looks a key up, and tells who answered: libtorrent has no call for that alone."""
        target = int(request["target"], 16)
        self.session.dht_get_peers(lt.sha1_hash(bytes.fromhex(request["target"])))
        for _ in self.alerts(lt.dht_get_peers_reply_alert, 1.0):
            pass
        self.session.dht_live_nodes(lt.sha1_hash(bytes.fromhex(self.key())))
        for alert in self.alerts(lt.dht_live_nodes_alert, PATIENCE):
            nodes = [(str(node["nid"]), node["endpoint"]) for node in alert.nodes]
            nodes.sort(key=lambda node: int(node[0], 16) ^ target)
            told = [{"key": key, "address": control.written(*place)} for key, place in nodes]
            return {"nodes": told}
        raise control.Failure("no table was told")


def expanded(seed):
    """The 64-byte form of an ed25519 secret that libtorrent signs with."""
    digest = bytearray(hashlib.sha512(seed).digest())
    digest[0] &= 248
    digest[31] = digest[31] & 63 | 64
    return bytes(digest)


def found(item):
    """An answer with a value, however deep libtorrent wrapped it."""
    if not item:
        raise control.Failure("not found")
    value = item.get("value") if isinstance(item, dict) else item
    if not value:
        raise control.Failure("not found")
    answer = {"bencoded": lt.bencode(value).hex()}
    try:
        answer["value"] = value.decode()
    except (AttributeError, UnicodeDecodeError):
        pass
    return answer


def main():
    """Starts the session and answers requests."""
    given = control.arguments(__doc__)
    node = Node(given.listen, given.bootstrap)
    control.ready(node.address(), node.key())
    control.serve(
        {
            "put": node.put,
            "get": node.get,
            "announce": node.announce,
            "find-peers": node.find_peers,
            "find-node": node.find_node,
        }
    )


if __name__ == "__main__":
    main()
