"""Who may call what: the scopes of tokens and the actions of roles, checked on each route."""

from __future__ import annotations

from typing import Protocol

from starlette.requests import Request
from starlette.types import Scope

from coterie.faces.api.problems import Problem


class Caller(Protocol):
    """The person that the gate found; see `stores.accounts.Person`."""

    @property
    def id(self) -> int:
        """Never given to anybody else."""

    @property
    def username(self) -> str:
        """As it is shown."""

    def may(self, action: str) -> bool:
        """Return whether the person's role includes an action."""


def caller(scope: Scope) -> Caller:
    """Return who asks; raises Problem 401 where the gate found nobody."""
    person: Caller | None = (scope.get("state") or {}).get("person")
    if person is None:
        raise Problem(
            401,
            "no-credentials",
            "Send 'Authorization: Bearer cot_…' with a token from your account page.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return person


def require(scope: Scope, token_scope: str, action: str) -> Caller:
    """Return who asks, if their token and their role include this; raises Problem 401 or 403."""
    person = caller(scope)
    scopes = scope["state"].get("scopes")
    if scopes is not None and token_scope not in scopes:
        raise Problem(
            403,
            "scope",
            f"This token does not include the scope '{token_scope}'. Make one that does on your "
            "account page.",
        )
    if not person.may(action):
        raise Problem(
            403,
            "role",
            "Your role does not include this. Ask an administrator of this server.",
        )
    return person


class Allowed:
    """A route's dependency: who asks, with a scope and an action.

    Parameters
    ----------
    token_scope : {"place", "score", "read", "train"}
    action : str
        As `Person.may` takes it.
    """

    def __init__(self, token_scope: str, action: str) -> None:
        self.token_scope = token_scope
        self.action = action

    async def __call__(self, request: Request) -> Caller:
        """Return who asks; raises Problem 401 or 403."""
        return require(request.scope, self.token_scope, self.action)
