"""Places in status lists, proofs, identifiers: what a verifier relies on, without a service."""

from __future__ import annotations

import base64
import gzip
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from services.trainings.credentials.contexts import CONTEXTS, UnknownContext, context, load
from services.trainings.credentials.credential import Facts, identity_hash, unsigned
from services.trainings.credentials.issuers import did, document, document_address
from services.trainings.credentials.places import (
    LIST_BITS,
    NUMBERS,
    VERSIONS,
    Place,
    place_of,
    range_of,
    shuffled,
)
from services.trainings.credentials.proving import (
    Unsignable,
    base58,
    canonical,
    multikey,
    with_proof,
)
from services.trainings.credentials.statuses import encoded

KEY = bytes(range(32))
AT = datetime(2026, 3, 3, 12, tzinfo=UTC)


def test_no_two_have_the_same_place() -> None:
    some = range(0, LIST_BITS, 7)
    places = {shuffled(KEY, "RS-2026-1-1", n) for n in some}
    assert len(places) == len(some) and min(places) >= 0 and max(places) < LIST_BITS


def test_a_place_is_the_same_for_ever_and_another_under_another_key() -> None:
    first = place_of(KEY, "RS-2026-000123", 1)
    assert first == place_of(KEY, "RS-2026-000123", 1)
    others = [place_of(KEY, "RS-2026-000123", 2), place_of(bytes(32), "RS-2026-000123", 1)]
    assert all(one != first for one in others)


def test_places_tell_neither_the_number_nor_what_is_next_to_it() -> None:
    indexes = [place_of(KEY, f"RS-2026-{n:06d}", 1).index for n in range(1, 2_001)]
    steps = [later - earlier for earlier, later in pairwise(indexes)]
    assert len(set(steps)) > 1_900
    # Spread over the whole list: each sixteenth of it has about as many.
    counts = [0] * 16
    for one in indexes:
        counts[one * 16 // LIST_BITS] += 1
    assert min(counts) > 80 and max(counts) < 180


@given(st.integers(1, 999_999), st.integers(1, 50))
def test_a_list_says_which_numbers_and_versions_are_in_it(sequence: int, version: int) -> None:
    number = f"RS-2026-{sequence:06d}"
    place = place_of(KEY, number, version)
    about = range_of(place.list)
    assert about is not None and about.first <= number <= about.last
    assert about.version <= version < about.version + VERSIONS
    assert 0 <= place.index < LIST_BITS == NUMBERS * VERSIONS >= 131_072


@pytest.mark.parametrize(
    "name", ["", "RS-2026", "RS-2026-0-1", "RS-2026-1-5", "rs-2026-1-1", "RS-2026-124-1", "x" * 99]
)
def test_other_names_are_no_lists(name: str) -> None:
    assert range_of(name) is None


@pytest.mark.parametrize(("number", "version"), [("123", 1), ("RS-2026-000123", 0)])
def test_what_is_no_number_has_no_place(number: str, version: int) -> None:
    with pytest.raises(ValueError, match="no certificate"):
        place_of(KEY, number, version)


def test_a_list_is_bits_from_the_left_packed_for_the_web() -> None:
    packed = encoded([0, 9, LIST_BITS - 1])
    assert packed[0] == "u" and "=" not in packed
    bits = gzip.decompress(base64.urlsafe_b64decode(packed[1:] + "=" * (-len(packed[1:]) % 4)))
    assert len(bits) * 8 == LIST_BITS
    assert (bits[0], bits[1], bits[-1]) == (0x80, 0x40, 0x01) and sum(map(bool, bits)) == 3
    assert encoded([0, 9, LIST_BITS - 1]) == packed


# Proofs


def facts(**changed: Any) -> Facts:
    given: dict[str, Any] = {
        "certificate_id": "x1",
        "version": 1,
        "programme": "RS-2011",
        "number": "RS-2026-000123",
        "full_name": "Mira Primer",
        "course_id": "c1",
        "course_version": 1,
        "course_title": "Starting a small business",
        "minutes": 1470,
        "session_dates": (date(2026, 3, 2), date(2026, 3, 3)),
        "issued_on": date(2026, 3, 3),
        "recorded_at": AT,
        "zone": "Europe/Belgrade",
        "place": "Kragujevac",
        "issuer": "Udruženje Primer",
        "language": "en",
        "attendance_percent_min": 80,
        "post_test_min": 50,
        "salt": "5a17",
    }
    return Facts(**{**given, **changed})


def made(*, named: bool = False, **changed: Any) -> dict[str, Any]:
    status = Place("RS-2026-1-1", 4711)
    return unsigned(
        facts(**changed), status=status, public_url="https://zanat.example", named=named
    )


def test_a_credential_is_what_open_badges_ask_for() -> None:
    """Required members and their kinds. Source: Open Badges 3.0, B.1.1 to B.1.5."""
    found = made()
    assert found["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert found["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert found["id"].startswith("urn:uuid:") and found["name"] == "Starting a small business"
    assert found["validFrom"] == found["awardedDate"] == "2026-03-03T00:00:00+01:00"
    issuer = found["issuer"]
    assert (issuer["id"], issuer["type"]) == (did("https://zanat.example", "RS-2011"), ["Profile"])
    subject = found["credentialSubject"]
    assert subject["type"] == ["AchievementSubject"] and "id" not in subject
    assert (subject["activityStartDate"], subject["activityEndDate"]) == (
        "2026-03-02",
        "2026-03-03",
    )
    achievement = subject["achievement"]
    assert set(achievement) >= {"id", "type", "name", "description", "criteria"}
    assert achievement["achievementType"] == "CertificateOfCompletion"
    assert "80 %" in achievement["criteria"]["narrative"] and "24:30" in achievement["description"]
    assert found["credentialStatus"] == {
        "id": "https://zanat.example/trainings/credentials/RS-2011/status/RS-2026-1-1#4711",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "4711",
        "statusListCredential": (
            "https://zanat.example/trainings/credentials/RS-2011/status/RS-2026-1-1"
        ),
    }


def test_the_name_is_in_it_only_when_it_is_wanted() -> None:
    hashed, named = made(), made(named=True)
    assert "Primer" not in str(hashed).replace("Udruženje Primer", "")
    assert hashed["credentialSubject"]["identifier"] == [
        {
            "type": "IdentityObject",
            "identityType": "name",
            "hashed": True,
            "identityHash": identity_hash("Mira Primer", "5a17"),
            "salt": "5a17",
        }
    ]
    assert named["credentialSubject"]["identifier"] == [
        {
            "type": "IdentityObject",
            "identityType": "name",
            "hashed": False,
            "identityHash": "Mira Primer",
        }
    ]
    assert hashed["id"] != named["id"]


@pytest.mark.parametrize("language", ["en", "sr_Latn", "sr_Cyrl", "bs", "rom"])
def test_every_word_of_it_is_signed_in_every_language(language: str) -> None:
    """What a context does not know would silently be left out of what is signed."""
    document = made(named=True, language=language)
    text = canonical(document)
    for leaf in leaves({n: v for n, v in document.items() if n != "@context"}):
        assert leaf.replace('"', '\\"') in text or f"#{leaf}>" in text, leaf


def leaves(part: Any) -> list[str]:
    """Every text of a document."""
    if isinstance(part, dict):
        return [leaf for one in part.values() for leaf in leaves(one)]
    if isinstance(part, list):
        return [leaf for one in part for leaf in leaves(one)]
    return [str(part).lower() if isinstance(part, bool) else str(part)]


def test_without_rule_test_or_days_it_says_less() -> None:
    narrative = made(post_test_min=None)["credentialSubject"]["achievement"]["criteria"]
    assert "test" not in narrative["narrative"]
    old = made(attendance_percent_min=None, session_dates=())["credentialSubject"]
    assert "rule of its time" in old["achievement"]["criteria"]["narrative"]
    assert "activityStartDate" not in old


def test_the_proof_fits_the_document_and_no_other() -> None:
    document_, method = made(), "did:web:zanat.example#key"
    signed = with_proof(document_, KEY, method=method, created=AT)
    assert signed == with_proof(document_, KEY, method=method, created=AT)
    proof = signed["proof"]
    assert (proof["type"], proof["cryptosuite"]) == ("DataIntegrityProof", "eddsa-rdfc-2022")
    assert (proof["proofPurpose"], proof["created"]) == ("assertionMethod", "2026-03-03T12:00:00Z")
    changed = with_proof(made(number="RS-2026-000124"), KEY, method=method, created=AT)
    assert changed["proof"]["proofValue"] != proof["proofValue"]
    public = Ed25519PrivateKey.from_private_bytes(KEY).public_key()
    with pytest.raises(InvalidSignature):
        public.verify(bytes(64), canonical(document_).encode())


@pytest.mark.parametrize("title", ["a\tb", "a\nb", "a\x7fb"])
def test_what_others_would_canonicalise_otherwise_is_not_signed(title: str) -> None:
    with pytest.raises(Unsignable):
        canonical(made(course_title=title))


def test_keys_are_written_as_multikeys() -> None:
    """The example of W3C Controlled Identifiers v1.0, Multikey."""
    public = bytes.fromhex("2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6")
    assert multikey(public).startswith("z6Mk") and len(multikey(public)) == 48
    assert base58(b"") == "" and base58(bytes(2)) == "11"
    assert base58(b"Hello World!") == "2NEpo7TZRRrLZSi2U"


def test_an_issuers_document_has_every_key_that_signed() -> None:
    found = document("https://zanat.example", "RS-2011", (KEY, bytes(32)))
    assert found["id"] == "did:web:zanat.example:trainings:issuers:RS-2011"
    assert [one["publicKeyMultibase"] for one in found["verificationMethod"]] == [
        multikey(KEY),
        multikey(bytes(32)),
    ]
    assert found["assertionMethod"] == [one["id"] for one in found["verificationMethod"]]
    assert {one["type"] for one in found["verificationMethod"]} == {"Multikey"}
    assert did("http://localhost:8000", "a b").endswith("localhost%3A8000:trainings:issuers:a%20b")
    assert document_address("https://z.example", "RS-2011").endswith("/issuers/RS-2011/did.json")


def test_contexts_are_read_from_here_and_from_nowhere_else() -> None:
    for address in CONTEXTS:
        assert load(address)["document"] == context(address)
    for address in ("https://example.org/context", "file:///etc/passwd", "../views.py"):
        with pytest.raises(UnknownContext):
            load(address)
