"""Verifies an evidence bundle anywhere: one file, Python's standard library and ``cryptography``.

    python verifier.py bundle.zip --keys keys.txt --kept 2026-03-01.txt

For each log in the bundle: every entry's bytes give the leaf whose proof leads to the root of the
checkpoint; the checkpoint is signed by the log's key and cosigned by a witness whose key is known;
older checkpoints are beginnings of it. Ends with 0 and GOOD; with 1 and BAD and the first bad
position; without --keys with 3 and UNPROVEN when all fits the keys that the bundle itself brings.
Take this file and the keys from somewhere else than the bundle: a forger would send both.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    sys.exit("This needs the package cryptography: pip install cryptography")

ENTRY_BYTES_MAX: Final = 65_535
NOTE_BYTES_MAX: Final = 100_000
KEYS_BYTES_MAX: Final = 1_000_000
MANIFEST_BYTES_MAX: Final = 16_000_000
BESIDE_BYTES_MAX: Final = 500_000_000
ARCHIVE_BYTES_MAX: Final = 4_000_000_000
DIRECTORY_BYTES_MAX: Final = 64_000_000
FILES_MAX: Final = 250_000
_NAME: Final = re.compile(
    r"(?P<log>[a-z][a-z0-9_]{0,39})/"
    r"(?:(?P<checkpoint>checkpoint)"
    r"|entries/(?P<entry>0|[1-9][0-9]{0,17})\.json"
    r"|proofs/(?P<proof>0|[1-9][0-9]{0,17})\.tlog-proof"
    r"|checkpoints/(?P<older>0|[1-9][0-9]{0,17})"
    r"|consistency/(?P<consistency>0|[1-9][0-9]{0,17}))"
)
_BESIDE: Final = ("manifest.json", "keys.txt", "index.html", "README.txt", "verifier.py")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_MARK: Final = "— "
_SIGNATURE, _COSIGNATURE = 1, 4
PROOF_HEAD: Final = "c2sp.org/tlog-proof@v1"
_FORMAT: Final = "zanat-evidence/1"
UNPROVEN_STATUS: Final = 3


class Bad(Exception):
    """Something does not hold. The words say what and where."""


@dataclass(frozen=True)
class Key:
    """A verifier key: ``name+id+base64`` (C2SP signed-note); kind 1 signs, kind 4 cosigns."""

    name: str
    id: bytes
    kind: int
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Key:
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise Bad("a key is name, id and base64, with a plus between")
        material = from_base64(parts[2])
        if len(material) != 33 or material[0] not in (_SIGNATURE, _COSIGNATURE):
            raise Bad(f"the key {shown(parts[0])} is of a kind that is not known here")
        identifier = hashlib.sha256(parts[0].encode() + b"\n" + material).digest()[:4]
        if identifier.hex() != parts[1]:
            raise Bad(f"the key {shown(parts[0])} does not fit its own id")
        return cls(parts[0], identifier, material[0], material[1:])

    def verify(self, text: str, signature: bytes) -> int | None:
        """Raise Bad unless it signed the text; a cosignature's time in seconds since 1970."""
        signed, moment = text.encode(), None
        if self.kind == _COSIGNATURE:
            moment, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            signed = b"cosignature/v1\ntime %d\n" % moment + signed
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, signed)
        except (InvalidSignature, ValueError):
            raise Bad(f"the signature of {shown(self.name)} does not fit") from None
        return moment


@dataclass(frozen=True)
class Checkpoint:
    """A signed statement: the log ``origin`` has ``size`` entries with this root."""

    origin: str
    size: int
    root: bytes
    text: str
    lines: tuple[tuple[str, bytes, bytes], ...]
    raw: bytes

    @classmethod
    def parse(cls, raw: bytes) -> Checkpoint:
        """Source: C2SP signed-note and tlog-checkpoint. Nothing is verified yet."""
        whole = utf8(raw)
        cut = whole.rfind("\n\n")
        if cut < 0 or not whole.endswith("\n"):
            raise Bad("this is no signed checkpoint")
        text, lines = whole[: cut + 1], whole[cut + 2 :].split("\n")[:-1]
        stated = text.split("\n")[:-1]
        if len(stated) < 3 or not all(stated) or not _SIZE.fullmatch(stated[1]):
            raise Bad("this is no checkpoint")
        root = from_base64(stated[2])
        if len(root) != 32 or not 0 < len(lines) <= 100:
            raise Bad("this is no checkpoint")
        signed = tuple(map(_signature_line, lines))
        return cls(stated[0], int(stated[1]), root, text, signed, raw)

    def verify(self, keys: Sequence[Key]) -> Signers:
        """Raise Bad unless a known key of the log's name signed it and no known one is wrong."""
        found = Signers()
        known = {(key.name, key.id): key for key in keys}
        for name, identifier, signature in self.lines:
            key = known.get((name, identifier))
            if key is None:
                found.unknown.append(f"{name}+{identifier.hex()}")
                continue
            moment = key.verify(self.text, signature)
            if key.kind == _COSIGNATURE:
                found.witnesses.append((name, moment or 0))
            elif name == self.origin:
                found.by.append(f"{name}+{identifier.hex()}")
        if not found.by:
            raise Bad(f"no known key of {shown(self.origin)} signed it")
        return found


@dataclass
class Signers:
    """Whose signatures under a checkpoint fit, and which could not be checked."""

    by: list[str] = field(default_factory=list)
    witnesses: list[tuple[str, int]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


@dataclass
class Log:
    """The files of one log in the bundle, by position or size."""

    name: str
    checkpoint: zipfile.ZipInfo | None = None
    entry: dict[int, zipfile.ZipInfo] = field(default_factory=dict)
    proof: dict[int, zipfile.ZipInfo] = field(default_factory=dict)
    older: dict[int, zipfile.ZipInfo] = field(default_factory=dict)
    consistency: dict[int, zipfile.ZipInfo] = field(default_factory=dict)


# The tree


def leaf_hash(entry: bytes) -> bytes:
    """Source: RFC 6962, section 2.1."""
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Source: RFC 6962, section 2.1."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root to which the proof leads. Source: RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        raise Bad("the entry does not lie in the tree")
    position, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise Bad("the proof is too long")
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise Bad("the proof is too short")
    return found


def verify_consistency(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    """Raise Bad unless the old tree begins the new one. Source: RFC 9162, section 2.1.4.2."""
    if old.size > new.size:
        raise Bad("it is of more entries than the bundle's checkpoint")
    if old.size in (0, new.size):
        same = new.root if old.size else hashlib.sha256(b"").digest()
        if proof or old.root != same:
            raise Bad("one size has two roots")
        return
    if not proof:
        raise Bad("the proof is too short")
    path = list(proof) if old.size & (old.size - 1) else [old.root, *proof]
    position, last = old.size - 1, new.size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    of_old = of_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise Bad("the proof is too long")
        if position & 1 or position == last:
            of_old, of_new = node_hash(sibling, of_old), node_hash(sibling, of_new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            of_new = node_hash(of_new, sibling)
        position, last = position >> 1, last >> 1
    if last or of_old != old.root or of_new != new.root:
        raise Bad("it is no beginning of the bundle's checkpoint")


# Reading


def utf8(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Bad("this is not UTF-8") from None


def from_base64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Bad("this is no base64") from None
    if base64.b64encode(raw).decode() != text:
        raise Bad("this is no canonical base64")
    return raw


def shown(text: str) -> str:
    """Somebody else's text, for a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)[:200]


def read_keys(raw: bytes) -> list[Key]:
    """One key a line; a line that begins with # says something to people."""
    lines = (line.strip() for line in utf8(raw).splitlines())
    return [Key.parse(line) for line in lines if line and not line.startswith("#")]


def read_notes(raw: bytes) -> list[Checkpoint]:
    """Signed checkpoints one after the other, with blank lines between."""
    blocks = [block for block in re.split(r"\n{2,}", utf8(raw).strip("\n")) if block]
    if len(blocks) % 2:
        raise Bad("this is no file of signed checkpoints")
    pairs = zip(blocks[::2], blocks[1::2], strict=True)
    return [Checkpoint.parse(f"{text}\n\n{lines}\n".encode()) for text, lines in pairs]


def read_proof(raw: bytes) -> tuple[int, list[bytes], bytes]:
    """(position, hashes, checkpoint). Source: C2SP tlog-proof."""
    head, separator, note = utf8(raw).partition("\n\n")
    lines = head.split("\n")
    if not separator or lines[0] != PROOF_HEAD:
        raise Bad("this is no proof")
    rest = lines[2:] if len(lines) > 1 and lines[1].startswith("extra ") else lines[1:]
    if not rest or not rest[0].startswith("index ") or not _SIZE.fullmatch(rest[0][6:]):
        raise Bad("this is no proof")
    return int(rest[0][6:]), hashes(rest[1:]), note.encode()


def hashes(lines: Sequence[str]) -> list[bytes]:
    found = [from_base64(line) for line in lines]
    if len(found) > 65 or any(len(one) != 32 for one in found):
        raise Bad("this is no proof")
    return found


def _signature_line(line: str) -> tuple[str, bytes, bytes]:
    parts = line.removeprefix(_MARK).split(" ")
    if not line.startswith(_MARK) or len(parts) != 2:
        raise Bad("this is no signature line")
    raw = from_base64(parts[1])
    if len(raw) <= 4:
        raise Bad("this is no signature line")
    return parts[0], raw[:4], raw[4:]


# The archive


def directory_bytes(file: IO[bytes], size: int) -> int:
    """How long the archive's directory says it is; looked at before it is read into memory."""
    reach = min(size, 65_557 + 20)
    file.seek(size - reach)
    tail = file.read(reach)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < 22:
        raise Bad("this is no zip, or its end is missing")
    (found,) = struct.unpack_from("<I", tail, at + 12)
    locator = tail[at - 20 : at] if at >= 20 else b""
    if locator[:4] == b"PK\6\7":
        (where,) = struct.unpack_from("<Q", locator, 8)
        file.seek(min(where, size))
        record = file.read(56)
        if len(record) == 56 and record[:4] == b"PK\6\6":
            (found,) = struct.unpack_from("<Q", record, 40)
    file.seek(0)
    return int(found)


class Bundle:
    """A zip whose every name and length was looked at before anything is taken out of it."""

    def __init__(self, path: Path) -> None:
        try:
            size = path.stat().st_size
            if size > ARCHIVE_BYTES_MAX:
                raise Bad("the archive is larger than any bundle")
            with path.open("rb") as file:
                if directory_bytes(file, size) > DIRECTORY_BYTES_MAX:
                    raise Bad("the archive's directory is larger than any bundle's")
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise Bad(f"it cannot be read: {error.strerror or type(error).__name__}") from None
        self.logs: dict[str, Log] = {}
        self.beside: dict[str, zipfile.ZipInfo] = {}
        names = self._zip.infolist()
        if len(names) > FILES_MAX:
            raise Bad("the archive has more files than any bundle")
        for info in names:
            self._place(info)

    def close(self) -> None:
        self._zip.close()

    def read(self, info: zipfile.ZipInfo | None, limit: int, what: str) -> bytes:
        if info is None:
            raise Bad(f"{what} is missing")
        if info.file_size > limit:
            raise Bad(f"{what} is longer than it may be")
        with self._zip.open(info) as file:
            raw = file.read(limit + 1)
        if len(raw) > limit or len(raw) != info.file_size:
            raise Bad(f"{what} is longer than it may be")
        return raw

    def digest(self, info: zipfile.ZipInfo, limit: int) -> str:
        """SHA-256 of a file, without holding it in memory."""
        found, length = hashlib.sha256(), 0
        with self._zip.open(info) as file:
            while part := file.read(1 << 20):
                length += len(part)
                if length > limit:
                    raise Bad(f"{shown(info.filename)} is longer than it may be")
                found.update(part)
        return found.hexdigest()

    def _place(self, info: zipfile.ZipInfo) -> None:
        # What zipfile makes of a name must be the name itself.
        name = info.filename
        if info.flag_bits & 1 or info.compress_type not in (0, 8) or name != info.orig_filename:
            raise Bad(f"{shown(name)}: no bundle has a file of this kind")
        if name in _BESIDE:
            if name in self.beside:
                raise Bad(f"{name} is there twice")
            self.beside[name] = info
            return
        found = _NAME.fullmatch(name)
        if found is None:
            raise Bad(f"{shown(name)}: no bundle has a file of this name")
        log = self.logs.setdefault(found["log"], Log(found["log"]))
        if found["checkpoint"]:
            if log.checkpoint is not None:
                raise Bad(f"{name} is there twice")
            log.checkpoint = info
            return
        kind = next(k for k in ("entry", "proof", "older", "consistency") if found[k] is not None)
        place: dict[int, zipfile.ZipInfo] = getattr(log, kind)
        if int(found[kind]) in place:
            raise Bad(f"{name} is there twice")
        place[int(found[kind])] = info


# What is verified


@dataclass
class Report:
    """What holds, in lines, and what does not: the first that is bad, by log and position.

    own_keys: the keys came with the bundle, so that it shows only that it fits itself.
    """

    lines: list[str] = field(default_factory=list)
    entries: int = 0
    bad: list[str] = field(default_factory=list)
    own_keys: bool = False


class Verifying:
    """One bundle, with keys and checkpoints from elsewhere when there are some."""

    def __init__(
        self,
        bundle: Bundle,
        keys: Sequence[Key],
        kept: Sequence[Checkpoint] | None,
        report: Report,
    ) -> None:
        self._bundle = bundle
        self._keys = keys
        self._kept = kept or ()
        self._with_kept_file = kept is not None
        self._origins: set[str] = set()
        self._report = report

    def run(self, on_entry: Any = None) -> None:
        """Verify every log; what is bad goes into the report, the first first."""
        manifest = self._manifest()
        for log in sorted(self._bundle.logs.values(), key=lambda one: one.name):
            try:
                self._log(log, manifest.get(log.name), on_entry)
            except Bad as error:
                self._report.bad.append(f"{log.name}: {error}")
        for name in sorted(set(manifest) - set(self._bundle.logs)):
            self._report.bad.append(f"{name}: the log that manifest.json names is missing")
        if not self._bundle.logs:
            self._report.bad.append("there is no log in it")
        origins = {one.origin for one in self._kept}
        if self._with_kept_file and not origins & self._origins:
            self._report.bad.append("the kept file: no checkpoint of a log in the bundle is in it")

    def _manifest(self) -> dict[str, list[int]]:
        """The positions of each log that the bundle says it has."""
        raw = self._bundle.read(
            self._bundle.beside.get("manifest.json"), MANIFEST_BYTES_MAX, "manifest.json"
        )
        try:
            said = json.loads(raw)
            if said["format"] != _FORMAT:
                raise Bad("manifest.json: a form that this verifier does not know")
            positions = {str(one["log"]): list(map(int, one["positions"])) for one in said["logs"]}
            files = {str(name): str(digest) for name, digest in said["files"].items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
            raise Bad("manifest.json cannot be read") from None
        self._files(files)
        return positions

    def _files(self, digests: dict[str, str]) -> None:
        """What stands beside the logs is what the bundle was made with; nobody signed it."""
        beside = {name for name in _BESIDE if name != "manifest.json"}
        if set(digests) != beside:
            raise Bad("manifest.json names other files than a bundle has")
        for name in sorted(beside):
            info = self._bundle.beside.get(name)
            if info is None:
                raise Bad(f"{name} is missing")
            if self._bundle.digest(info, BESIDE_BYTES_MAX) != digests[name]:
                raise Bad(f"{name} is not the one that the bundle was made with")

    def _log(self, log: Log, positions: list[int] | None, on_entry: Any) -> None:
        what = f"{log.name}/checkpoint"
        raw = self._bundle.read(log.checkpoint, NOTE_BYTES_MAX, what)
        checkpoint = named(what, Checkpoint.parse, raw)
        if checkpoint.origin.rpartition("/")[2] != log.name:
            raise Bad(f"{what}: it is of the log {shown(checkpoint.origin)}")
        signers = named(what, checkpoint.verify, self._keys)
        if not signers.witnesses and any(key.kind == _COSIGNATURE for key in self._keys):
            raise Bad(f"{what}: no witness whose key is known has cosigned it")
        self._origins.add(checkpoint.origin)
        self._older(log, checkpoint)
        self._with_kept(log, checkpoint)
        for position in sorted({*log.entry, *log.proof, *(positions or ())}):
            try:
                entry = self._entry(log, checkpoint, position)
            except Bad as error:
                raise Bad(f"position {position}: {error}") from None
            self._report.entries += 1
            if on_entry is not None:
                on_entry(log.name, position, entry)
        if positions is None or sorted(log.entry) != sorted(positions):
            raise Bad("the entries are not those that manifest.json names")
        self._report.lines += told(log, checkpoint, signers)

    def _entry(self, log: Log, checkpoint: Checkpoint, position: int) -> dict[str, Any]:
        raw = self._bundle.read(log.entry.get(position), ENTRY_BYTES_MAX, "its entry")
        proof = self._bundle.read(log.proof.get(position), NOTE_BYTES_MAX, "its proof")
        index, path, note = read_proof(proof)
        if index != position:
            raise Bad("the proof is of another position")
        if note != checkpoint.raw:
            raise Bad("the proof is for another checkpoint")
        if root_of_inclusion(leaf_hash(raw), index, checkpoint.size, path) != checkpoint.root:
            raise Bad("the bytes and the proof do not lead to the root of the checkpoint")
        try:
            entry: dict[str, Any] = json.loads(raw)
            source = entry["source"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Bad("the bytes are no entry of a log") from None
        if source != log.name:
            raise Bad("the entry was written by another service")
        return entry

    def _older(self, log: Log, checkpoint: Checkpoint) -> None:
        if set(log.older) != set(log.consistency):
            raise Bad("an older checkpoint without its proof, or a proof without its checkpoint")
        for size in sorted(log.older):
            what = f"{log.name}/checkpoints/{size}"
            raw = self._bundle.read(log.older[size], NOTE_BYTES_MAX, what)
            older = named(what, Checkpoint.parse, raw)
            named(what, older.verify, self._keys)
            if (older.size, older.origin) != (size, checkpoint.origin):
                raise Bad(f"{what}: it is another checkpoint")
            self._continues(log, older, checkpoint, what)

    def _continues(self, log: Log, older: Checkpoint, newer: Checkpoint, what: str) -> None:
        info = log.consistency.get(older.size)
        if info is None and older.size not in (0, newer.size):
            raise Bad(
                f"{what}: the bundle has no proof that this checkpoint begins its own; "
                "ask for a bundle that was made with it"
            )
        raw = self._bundle.read(info, NOTE_BYTES_MAX, what) if info is not None else b""
        path = named(what, hashes, utf8(raw).split("\n")[:-1])
        named(what, verify_consistency, older, newer, path)

    def _with_kept(self, log: Log, checkpoint: Checkpoint) -> None:
        mine = [one for one in self._kept if one.origin == checkpoint.origin]
        for kept in mine:
            what = f"the kept checkpoint of size {kept.size}"
            named(what, kept.verify, self._keys)
            if kept.size > checkpoint.size:
                raise Bad(
                    f"{what} is of more entries than the bundle's, which has {checkpoint.size}"
                )
            self._continues(log, kept, checkpoint, what)
            self._report.lines.append(f"{log.name}: continues {what}")
        if self._kept and not mine:
            self._report.lines.append(f"{log.name}: no kept checkpoint is of this log")


def named(what: str, verify: Any, *values: Any) -> Any:
    """What a function gives; what it finds bad is said with the name of its file."""
    try:
        return verify(*values)
    except Bad as error:
        raise Bad(f"{what}: {error}") from None


def told(log: Log, checkpoint: Checkpoint, signers: Signers) -> Iterator[str]:
    """What holds of a log, in words."""
    yield (
        f"{log.name}: {len(log.entry)} entries of the first {checkpoint.size} of "
        f"{shown(checkpoint.origin)}, signed by {', '.join(map(shown, signers.by))}"
    )
    for name, moment in signers.witnesses:
        yield f"{log.name}: cosigned by {shown(name)} at {_moment(moment)}"
    if not signers.witnesses:
        yield f"{log.name}: no witness whose key is known has cosigned"
    for name in signers.unknown:
        yield f"{log.name}: not checked, since the key is not known: {shown(name)}"
    if log.older:
        yield f"{log.name}: continues {len(log.older)} older checkpoints"


def _moment(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return "a moment that no calendar has"


LIMITS: Final = (
    "Not shown: that nothing was left out. A bundle is a selection, and nobody signed which.",
    "Not shown: that index.html says what the entries say. What counts is in the logs' folders.",
)


def verify_bundle(
    path: Path,
    *,
    keys: Path | None = None,
    kept: Path | None = None,
    on_entry: Any = None,
) -> Report:
    """Verify a bundle. Nothing in it makes this raise; what is wrong is in the report."""
    report = Report()
    try:
        bundle = Bundle(path)
    except (Bad, zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as error:
        report.bad.append(str(error) if isinstance(error, Bad) else "this is no whole zip")
        return report
    try:
        if keys is None:
            own = bundle.read(bundle.beside.get("keys.txt"), KEYS_BYTES_MAX, "keys.txt")
            known = named("keys.txt", read_keys, own)
            report.own_keys = True
            report.lines.append(
                "Keys: the bundle's own. Compare them with keys that you have from elsewhere, "
                "or give those with --keys: a forger would send keys too."
            )
        else:
            known = named("the keys", read_keys, _outside(keys, KEYS_BYTES_MAX))
            report.lines.append(f"Keys: from {shown(keys.name)}, not from the bundle.")
        notes = named("the kept file", read_notes, _outside(kept, KEYS_BYTES_MAX)) if kept else None
        Verifying(bundle, known, notes, report).run(on_entry)
    except Bad as error:
        report.bad.append(str(error))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        report.bad.append(f"the archive is damaged: {shown(str(error))}")
    except Exception as error:  # noqa: BLE001 (zlib and lzma raise what they like)
        report.bad.append(f"the archive cannot be read: {type(error).__name__}")
    finally:
        bundle.close()
    return report


def _outside(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except OSError as error:
        raise Bad(f"it cannot be read: {error.strerror}") from None
    if len(raw) > limit:
        raise Bad("it is longer than it may be")
    return raw


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 when everything holds, by keys from elsewhere."""
    parser = argparse.ArgumentParser(description="Verify an evidence bundle of Zanat.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--keys", type=Path, help="verifier keys from elsewhere, one a line")
    parser.add_argument("--kept", type=Path, help="signed checkpoints that were kept elsewhere")
    parser.add_argument("--list", action="store_true", help="say what each entry says of itself")
    given = parser.parse_args(arguments)

    def listed(log: str, position: int, entry: dict[str, Any]) -> None:
        facts = (entry.get(name) for name in ("time", "type", "subject", "actor"))
        say(" ".join([log, str(position), *(shown(str(fact)) for fact in facts)]))

    report = verify_bundle(
        given.bundle, keys=given.keys, kept=given.kept, on_entry=listed if given.list else None
    )
    for line in report.lines:
        say(line)
    for line in report.bad:
        say(f"BAD {line}")
    if report.bad:
        return 1
    for line in LIMITS:
        say(line)
    if report.own_keys:
        say(f"UNPROVEN {report.entries} entries fit the keys that came with them.")
        return UNPROVEN_STATUS
    say(f"GOOD {report.entries} entries are what was signed.")
    return 0


def say(text: str) -> None:
    """A line of the verdict, also where the terminal cannot show every letter."""
    sys.stdout.buffer.write(f"{text}\n".encode())


if __name__ == "__main__":
    sys.exit(main())
