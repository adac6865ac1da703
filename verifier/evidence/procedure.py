"""Checking one attestation: cryptography, chain, log and time. Offline, against what is pinned, and nothing else.

1. Its shape: bounded, of a known kind, one certificate or key, at most one log entry, no object with two equal keys.
2. The signer's trust root: the one whose authority issued the certificate. A key: the one that it names.
3. The log: that root knows it, and its key counted at the time.
4. The time: the log's, where its promise covers it, and every timestamp authority's.
5. The chain at each of these times, through authorities that counted then; the certificate's own log, whose key
   counted; the certificate's period and purpose.
6. The log holds the entry: proof, signed checkpoint of the same tree, promise. Without a proof it is only promised.
7. The signature over the content.
8. The log's entry is of this content, this signature and this signer.
9. What was signed is a statement in a shape we read, about at least one file.
10. The certificate's claims, and whether the statement's text contradicts them.

Whatever raises, at any step and in any library, is not verified. What goes beyond sigstore's own client: the times in
which keys counted (3, 5), entries of intoto/0.0.2 (8), promises without a proof (6), instances without a log (4).
Source: github.com/sigstore/architecture-docs, client-spec.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from cryptography import x509
from cryptography.x509.oid import NameOID

from verifier.document import Malformed, decoded, mapping
from verifier.evidence import claims, keyed, logged, predicate, shape, stamped, statement
from verifier.evidence.answer import Answer, CannotVerify, Checked, Failed
from verifier.evidence.logged import Signed
from verifier.evidence.root import OneLog, Root
from verifier.evidence.shape import Shape
from verifier.evidence.statement import Statement
from verifier.evidence.trust import Trust
from verifier.model import Form

_REASON = 300
"""The longest reason we give, in characters."""


def check(document: bytes, form: Form, trust: Trust) -> Checked:
    """What checking an attestation comes to. Never raises."""
    if not document.strip():
        return Checked(Answer.NONE, "there is no attestation")
    try:
        found = shape.read(document, form)  # 1
    except CannotVerify as error:
        return Checked(Answer.CANNOT_VERIFY, _words(error))
    except Failed as error:
        return Checked(Answer.FAILED, _words(error))
    except Exception as error:  # a library's refusal of hostile input has many types
        return Checked(Answer.FAILED, f"it is not in the shape of a bundle: {_words(error)}", readable=False)
    try:
        return _verified(found, trust)
    except CannotVerify as error:
        return replace(_claimed(found), answer=Answer.CANNOT_VERIFY, reason=_words(error))
    except (Failed, Malformed) as error:
        return replace(_claimed(found), reason=_words(error))
    except Exception as error:  # sigstore, cryptography and pydantic refuse each in their own way
        return replace(_claimed(found), reason=f"it does not verify: {_words(error)}")


def _verified(found: Shape, trust: Trust) -> Checked:
    """The answer where nothing is wrong. Raises what is."""
    signed = _signed(found, trust)
    said = None if signed.payload is None else _statement(signed.payload_type, signed.payload)
    signer = claims.read(found.certificate) if found.certificate else None
    return Checked(
        Answer.VERIFIED,
        promised=found.promised,
        keyed=bool(found.key),
        signer=signer,
        statement=said,
        signed_at=signed.signed_at,
        log=str(found.entry or ""),
        disagreement=predicate.disagreement(said, signer) if said and signer else "",
    )


def _signed(found: Shape, trust: Trust) -> Signed:
    """Steps 2 to 8, in the way that fits how it is signed."""
    if found.certificate is None:
        keys = keyed.named(found, trust.keys)
        return keyed.verify(found, _log(found, trust.roots), keys)
    roots = trust.roots_of(found.certificate)
    if not roots:  # 2
        raise CannotVerify(f"no trust root given knows who issued its certificate ({_issuer(found.certificate)})")
    if found.entry is not None:
        return logged.verify(found, _log(found, roots))
    unlogged = [root.unlogged for root in roots if root.unlogged]
    if not unlogged:
        raise Failed("it is in no log, and who issued its certificate keeps one")
    return stamped.verify(found, unlogged[0])


def _log(found: Shape, roots: Sequence[Root]) -> OneLog:
    """Step 3: the first of these roots that knows the log."""
    known = [log for root in roots if found.entry is not None and (log := root.log(found.entry.log_id))]
    if not known:
        raise CannotVerify("the trust root does not know this log; is it too old?")
    return known[0]


def _statement(payload_type: str, payload: bytes) -> Statement:
    """Step 9."""
    if payload_type != statement.PAYLOAD_TYPE:
        raise CannotVerify(f"what it signs is no statement but {payload_type[:80]!a}")
    return statement.read(payload)


def _claimed(found: Shape) -> Checked:
    """What an attestation that is not verified says of itself, as far as it can be read."""
    with suppress(Exception):
        envelope = mapping(found.document.get("dsseEnvelope", found.document.get("envelope")), "the envelope")
        payload = decoded(envelope.get("payload", envelope.get("statement")), "the payload", shape.LONGEST)
        said = statement.read(payload)
        signer = claims.read(found.certificate) if found.certificate else None
        return Checked(Answer.FAILED, keyed=bool(found.key), statement=said, signer=signer, log=str(found.entry or ""))
    return Checked(Answer.FAILED, keyed=bool(found.key))


def _issuer(certificate: x509.Certificate) -> str:
    """The organisation that issued a certificate, as it names itself."""
    names = certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return ascii(str(names[0].value)[:80]) if names else "it does not say"


def _words(error: Exception) -> str:
    """An exception as one short line that may be shown anywhere; libraries quote what they were given."""
    line = " ".join("".join(c if c.isprintable() and c.isascii() else " " for c in str(error)).split())
    return line if len(line) <= _REASON else f"{line[: _REASON - 1]}…"
