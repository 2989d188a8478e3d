"""verify_proof.py FILE: verifies a file of `sluicectl audit prove`, by RFC 9162 and RFC 8032
alone. It shares no code with Sluice. Exits 1 when the proof does not hold."""
import base64, hashlib, json, sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()

def key_of(one):
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(one["public_key"]))

def trees_of(head):  # {journal: (size, root)}, from a head with right signatures.
    keys = head.get("keys", [])
    for old, new in zip(keys, keys[1:]):
        key_of(old).verify(octets(new["signature"]), octets(new["public_key"]))
    assert not keys or keys[-1]["public_key"] == head["public_key"], "another key"
    text, signature = head["text"].rsplit("signature ", 1)
    key_of(head).verify(octets(signature), text.encode())
    rows = [line.split() for line in text.splitlines()]
    return {row[1]: (int(row[2]), bytes.fromhex(row[3])) for row in rows if row[0] == "journal"}

def climb(at, last, path):  # Each hash of the path, and whether it is on the left.
    for hash_ in path:
        assert last > 0, "the path is too long"
        is_left = at & 1 or at == last
        while is_left and not at & 1 and at:
            at, last = at >> 1, last >> 1
        yield is_left, hash_
        at, last = at >> 1, last >> 1
    assert last == 0, "the path is too short"

def check_record(leaf, index, tree, path):  # RFC 9162, section 2.1.3.2.
    for is_left, hash_ in climb(index, tree[0] - 1, path):
        leaf = node(hash_, leaf) if is_left else node(leaf, hash_)
    assert leaf == tree[1], "the record is not in the tree"

def check_growth(earlier, later, path):  # RFC 9162, section 2.1.4.2.
    if earlier[0] == 0 or earlier == later:
        return
    path = path if earlier[0] & (earlier[0] - 1) else [earlier[1]] + path
    at, last = earlier[0] - 1, later[0] - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for is_left, hash_ in climb(at, last, path[1:]):
        old, new = (node(hash_, old), node(hash_, new)) if is_left else (old, node(new, hash_))
    assert (old, new) == (earlier[1], later[1]), "the later tree does not hold the earlier one"

proof, octets = json.load(open(sys.argv[1])), base64.b64decode
for one in proof.get("records", []):
    leaf, record = octets(one["leaf"]), octets(one.get("record", ""))
    assert not record or hashlib.sha256(b"\0" + record).digest() == leaf, "another record"
    tree = trees_of(proof["head"])[proof["journal"]]
    check_record(leaf, int(one.get("index", 0)), tree, map(octets, one.get("path", [])))
if "to" in proof:
    before, after = trees_of(proof["from"]), trees_of(proof["to"])
    paths = {one["journal"]: list(map(octets, one.get("path", []))) for one in proof["journals"]}
    for journal, tree in before.items():
        check_growth(tree, after[journal], paths.get(journal, []))
print("the proof holds" if "records" in proof or "to" in proof else sys.exit("no proof"))
