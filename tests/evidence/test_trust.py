"""What is trusted is what the operator pinned: read whole or refused in words, and told apart by its bytes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import verifier.evidence
from tests.evidence.private import PUBLIC, ROOT, SIGSTORE, TRUST, bundle, document, keys, root, unlogged_root
from verifier.evidence import Answer, BadTrust, Trust, check, embedded_roots
from verifier.model import Form


def test_the_root_that_the_sigstore_package_ships_is_read():
    assert len(Trust.read(embedded_roots()).roots) == 1


def test_several_roots_may_stand_in_one_file_a_line_each():
    lines = b"\n".join(json.dumps(json.loads(one)).encode() for one in (*embedded_roots(), SIGSTORE.trusted_root()))
    found = Trust.read([lines + b"\n"])
    assert len(found.roots) == 2
    assert check(document(bundle()), Form.BUNDLE, found).answer is Answer.VERIFIED


def test_an_instance_without_logs_leaves_lists_out_and_is_read():
    assert [one.unlogged is not None for one in Trust.read([unlogged_root(), root()]).roots] == [True, False]


def test_two_trusts_are_equal_exactly_when_they_were_read_from_the_same_bytes():
    again = Trust.read([SIGSTORE.trusted_root()])
    assert (again, again.sha256) == (TRUST, TRUST.sha256)
    others = [
        Trust.read([SIGSTORE.trusted_root() + b"\n"]),
        Trust.read([SIGSTORE.trusted_root(), *embedded_roots()]),
        Trust.read([*embedded_roots(), SIGSTORE.trusted_root()]),
        Trust.read([SIGSTORE.trusted_root()], keys()),
        Trust.read([SIGSTORE.trusted_root()], keys("2026-01-01T00:00:00Z")),
    ]
    assert len({TRUST.sha256, *(other.sha256 for other in others)}) == 6


@pytest.mark.parametrize(
    "spoiled",
    [
        [],
        [b""],
        [b"{}"],
        [b"not json"],
        [document({**ROOT, "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=9"})],
        [root(tlogs="none")],
        [root(certificateAuthorities=[])],
        [root(certificateAuthorities=[{**ROOT["certificateAuthorities"][0], "certChain": {"certificates": []}}])],
        [SIGSTORE.trusted_root(), b"{}"],
        [SIGSTORE.trusted_root()[:-1]],
        [b" " * (5 * 1024 * 1024)],
    ],
)
def test_a_root_that_cannot_be_read_whole_is_not_read_at_all(spoiled):
    with pytest.raises(BadTrust, match="trust root"):
        Trust.read(spoiled)


@pytest.mark.parametrize(
    "spoiled",
    [
        b"",
        b"{}",
        b'{"keys": {}}',
        b'{"keys": [{}]}',
        document({"keys": [{"keyid": "a", "key": "AAAA", "expires": None}]}),
        document({"keys": [{"keyid": "a", "key": PUBLIC, "expires": "soon"}]}),
        document({"keys": [{"keyId": "a", "publicKey": {"rawBytes": PUBLIC, "validFor": {"start": 7}}}]}),
    ],
)
def test_keys_that_cannot_be_read_are_refused_in_words(spoiled):
    with pytest.raises(BadTrust, match="keys"):
        Trust.read([SIGSTORE.trusted_root()], spoiled)


def test_both_forms_of_the_keys_are_read_and_only_those_for_attestations():
    target = {
        "keys": [
            {
                "keyId": "a",
                "keyUsage": use,
                "publicKey": {"rawBytes": PUBLIC, "validFor": {"end": "2026-01-01T00:00:00Z"}},
            }
            for use in ("npm:attestations", "npm:signatures")
        ]
    }
    assert len(Trust.read([SIGSTORE.trusted_root()], document(target)).keys) == 1
    (served,) = Trust.read([SIGSTORE.trusted_root()], keys("2026-01-01T00:00:00Z")).keys
    (targeted,) = Trust.read([SIGSTORE.trusted_root()], document(target)).keys
    assert (served.window, served.key) == (targeted.window, targeted.key)


@given(st.binary(max_size=100))
def test_no_bytes_make_a_root_raise_anything_else(garbage):
    with pytest.raises(BadTrust):
        Trust.read([garbage])


def test_whoever_only_hears_webhooks_or_reads_logs_does_not_wait_for_sigstore():
    """Loading it takes half a second."""
    code = (
        "import sys, verifier.model, verifier.document, verifier.evidence.log, app.web.webhooks; "
        "sys.exit(any(name.partition('.')[0] in ('sigstore', 'pypi_attestations') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_name_of_the_room_is_found_in_it_and_no_other():
    for name in verifier.evidence.__all__:
        found = getattr(verifier.evidence, name)
        assert (found.__name__, found.__module__.rpartition(".")[0]) == (name, "verifier.evidence")
    with pytest.raises(AttributeError, match="nothing"):
        _ = verifier.evidence.nothing
