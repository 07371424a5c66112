"""Who asks: signed requests against the keys that the log knows.

1. The header holds an envelope of our type.
2. Its key is a root, or has a delegation in force.
3. The signature verifies, and the payload names the same key.
4. It was made for this log, this method, this path and this body.
5. Its time is within five minutes of ours.
6. Its nonce was not seen before. Nonces are kept as long as step 5 would let them pass
   again; when there are too many, requests are turned away and none is forgotten.
"""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from ledger.errors import StoreUnavailableError
from ledger.history.authority import Authority
from ledger.records.identity import moment_of
from ledger.remote.errors import UnsignedRequestError
from ledger.remote.request import (
    Asked,
    SignedRequest,
    open_request,
    parse_authorization,
    unsigned,
)

WINDOW: Final = timedelta(minutes=5)
MOST_NONCES: Final = 200_000


@dataclass(slots=True)
class Nonces:
    """Nonces that were used within the window; bounded, safe between threads."""

    most: int = MOST_NONCES
    _seen: set[str] = field(default_factory=set)
    _order: deque[tuple[datetime, str]] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def use(self, nonce: str, now: datetime) -> None:
        """Use a nonce, once.

        Raises:
            UnsignedRequestError: it was used before.
            StoreUnavailableError: too many are in use.
        """
        with self._lock:
            self._forget(now)
            if nonce in self._seen:
                raise unsigned("a request that was made before")
            if len(self._seen) >= self.most:
                raise StoreUnavailableError(
                    "room for another nonce",
                    met="too many requests within ten minutes",
                    advice="Ask again in a moment.",
                )
            self._seen.add(nonce)
            # A request may be dated ahead by one window, and passes for one more.
            self._order.append((now + 2 * WINDOW, nonce))

    def _forget(self, now: datetime) -> None:
        while self._order and self._order[0][0] < now:
            self._seen.discard(self._order.popleft()[1])


@dataclass(slots=True)
class Doorkeeper:
    """Admits requests to one log."""

    log: str
    nonces: Nonces = field(default_factory=Nonces)

    def admit(
        self, header: str, asked: Asked, authority: Authority, now: datetime
    ) -> str:
        """The id of the key that signed a request.

        Raises:
            UnsignedRequestError: it is not signed, or not for this, or not now.
            StoreUnavailableError: too many requests at once.
        """
        # 1, 2.
        envelope = parse_authorization(header)
        public_key = known_key(authority, envelope.key_id)
        if public_key is None:
            raise unsigned("a key without a delegation in this log")
        # 3.
        request = open_request(envelope, public_key)
        # 4.
        self._check_purpose(request, asked)
        # 5.
        if abs(moment_of(request.signed_at) - now) > WINDOW:
            raise unsigned("a request signed more than five minutes from now")
        # 6. Last, so that only holders of keys can fill the memory.
        self.nonces.use(f"{request.key_id}/{request.nonce}", now)
        return request.key_id

    def _check_purpose(self, request: SignedRequest, asked: Asked) -> None:
        signed = Asked(method=request.method, path=request.path, digest=request.digest)
        if request.log != self.log:
            raise _for_another("log")
        if signed != asked:
            raise _for_another("call or body")


def known_key(authority: Authority, key_id: str) -> bytes | None:
    """The public half of a key that may ask; `None` for strangers."""
    if key_id not in authority.roots and authority.delegation_of(key_id) is None:
        return None
    return authority.public_key(key_id)


def _for_another(what: str) -> UnsignedRequestError:
    return unsigned(f"a request signed for another {what}")
