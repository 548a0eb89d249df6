"""A person's own words are encrypted at rest (Fernet, several keys for rotation, newest first)."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlmodel import Session

from store.errors import StoreError


def new_key() -> str:
    """A fresh key, as ``TEICHAKU_SECRET_KEY`` takes it."""
    return Fernet.generate_key().decode("ascii")


def box(keys: Sequence[str]) -> MultiFernet:
    """What seals with the first key and opens with any. Raises StoreError("key_wrong") for a text that is no key."""
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as fault:
        raise StoreError("key_wrong") from fault


def seal(session: Session, words: str | None) -> str | None:
    """The words as they are stored; None stays None."""
    if words is None:
        return None
    sealed: MultiFernet = session.info["box"]
    return sealed.encrypt(words.encode("utf-8")).decode("ascii")


def unseal(session: Session, stored: str | None) -> str | None:
    """The words again. Raises StoreError("key_missing") when none of the keys opens them."""
    if stored is None:
        return None
    sealed: MultiFernet = session.info["box"]
    try:
        return sealed.decrypt(stored.encode("ascii")).decode("utf-8")
    except InvalidToken as fault:
        raise StoreError("key_missing") from fault
