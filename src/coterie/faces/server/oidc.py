"""Single sign-on with an OpenID Connect provider: authorization code, PKCE, state and nonce."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any, cast

from authlib.integrations.starlette_client import (  # type: ignore[import-untyped]
    OAuth,
    OAuthError,
)
from joserfc.errors import JoseError
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import Response
from starlette.routing import Route, Router

from coterie.errors import CoterieError
from coterie.faces.server.entry import address_of
from coterie.faces.server.forms import safe_target
from coterie.faces.server.pages import show_message

try:  # Authlib asks with whichever of the two is there, the newer one first.
    from httpx2 import HTTPError
except ModuleNotFoundError:
    from httpx import HTTPError  # type: ignore[assignment]

if TYPE_CHECKING:
    from starlette.requests import Request

    from coterie.faces.server.entry import Entry
    from coterie.faces.services import OidcSettings
    from coterie.stores.accounts import Person, Role

_LOG = logging.getLogger("coterie.server")
_ON_THE_WAY_SECONDS = 600
_SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with the provider's private key; never one with a secret that is shared, or none."""


class SingleSignOn:
    """Sends people to the provider, and lets in whom it sends back.

    Parameters
    ----------
    settings : OidcSettings
    entry : Entry
        Begins the session.
    public_url : str
        As people reach the server; empty for the address that they asked for.
    secure : bool
        Cookies only over TLS.
    """

    def __init__(
        self, settings: OidcSettings, entry: Entry, public_url: str, *, secure: bool
    ) -> None:
        self._settings = settings
        self._entry = entry
        self._public_url = public_url.rstrip("/")
        self._secure = secure
        self._issuer = settings.issuer.rstrip("/")
        self._client = OAuth().register(
            "provider",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            server_metadata_url=f"{self._issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": " ".join(settings.scopes),
                "code_challenge_method": "S256",
                "timeout": 10.0,
            },
        )

    def app(self) -> Router:
        """Return the routes; a cookie of their own carries what must come back the same."""
        return Router(
            routes=[Route("/login", self.leave), Route("/callback", self.arrive)],
            middleware=[
                Middleware(
                    SessionMiddleware,
                    secret_key=secrets.token_urlsafe(32),
                    session_cookie="coterie_oidc",
                    max_age=_ON_THE_WAY_SECONDS,
                    path="/oidc",
                    same_site="lax",
                    https_only=self._secure,
                )
            ],
        )

    async def leave(self, request: Request) -> Response:
        """Send somebody to the provider."""
        request.session.clear()
        request.session["next"] = safe_target(request.query_params.get("next", ""))
        base = self._public_url or f"{request.url.scheme}://{request.url.netloc}"
        try:
            await self._know_provider()
            answer = await self._client.authorize_redirect(request, f"{base}/oidc/callback")
        except (OAuthError, HTTPError, RuntimeError, ValueError, KeyError) as fault:
            return _failed("The provider of the single sign-on does not answer.", fault, 502)
        return cast("Response", answer)

    async def arrive(self, request: Request) -> Response:
        """Let in whom the provider has sent back."""
        target = safe_target(request.session.get("next", ""))
        try:
            await self._know_provider()
            claims = await self._claims(request)
        except OAuthError as fault:
            self._entry.metrics.login(refused=True)
            return _failed("The provider did not confirm who you are.", fault, 401)
        except (HTTPError, JoseError, RuntimeError, ValueError, KeyError, TypeError) as fault:
            self._entry.metrics.login(refused=True)
            return _failed("What the provider sent back cannot be trusted.", fault, 401)
        finally:
            request.session.clear()
        try:
            person = await self._entry.keeper.look_up(self._person, claims)
            token = await self._entry.keeper.look_up(
                lambda: self._entry.keeper.accounts.open_session(
                    person, address=address_of(request)
                )
            )
        except CoterieError as refused:
            self._entry.metrics.login(refused=True)
            return _failed(str(refused), None, 403)
        self._entry.metrics.login(refused=False)
        return await self._entry.begin(request, token, target)

    async def _know_provider(self) -> None:
        """Read what the provider says of itself, and hold it to the issuer that was configured."""
        known = await self._client.load_server_metadata()
        if str(known.get("issuer", "")).rstrip("/") != self._issuer:
            raise ValueError(f"the provider calls itself {known.get('issuer')!r}")
        offered = known.get("id_token_signing_alg_values_supported") or ["RS256"]
        known["id_token_signing_alg_values_supported"] = [
            name for name in offered if name in _SIGNED
        ] or ["RS256"]

    async def _claims(self, request: Request) -> dict[str, Any]:
        """Exchange the code, and return what the signed token says."""
        issuer = self._client.server_metadata["issuer"]
        answer = await self._client.authorize_access_token(
            request,
            claims_options={
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": self._settings.client_id},
                "sub": {"essential": True},
                "nonce": {"essential": True},
            },
        )
        claims = answer.get("userinfo")
        if not claims or not str(claims.get("sub", "")):
            raise ValueError("no signed token came with the answer")
        return dict(claims)

    def _person(self, claims: dict[str, Any]) -> Person:
        """Return the person behind the claims; somebody new gets the role that is set."""
        confirmed = claims.get("email") if claims.get("email_verified") is True else None
        email = confirmed if isinstance(confirmed, str) else None
        wished = claims.get("preferred_username") or (email or "").partition("@")[0]
        return self._entry.keeper.accounts.person_for_identity(
            self._issuer,
            str(claims["sub"]),
            username=str(wished or claims["sub"]),
            email=email,
            role=cast("Role", self._settings.role),
            create=self._settings.create,
        )


def _failed(sentence: str, fault: Exception | None, status: int) -> Response:
    if fault is not None:
        _LOG.warning("Single sign-on failed: %s: %s", type(fault).__name__, fault)
    return show_message(
        "The single sign-on did not work",
        sentence,
        status=status,
        link="/login",
        link_words="To the login",
    )
