"""Single sign-on against a provider on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from coterie.faces.server.cookies import SESSION
from coterie.faces.server.entry import Entry
from coterie.faces.server.forms import FormGuard
from coterie.faces.server.gate import Gate
from coterie.faces.server.metrics import Metrics
from coterie.faces.server.oidc import SingleSignOn
from coterie.faces.services import OidcSettings

from .conftest import BASE, PASSWORD, Before
from .provider import CLIENT, SECRET, Provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    started = Provider()
    started.start()
    yield started
    started.stop()


Build = Callable[..., TestClient]


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(dict)


@pytest.fixture
def build(before: Before, provider: Provider, metrics: Metrics) -> Build:
    def make(public_url: str = "", **changes: Any) -> TestClient:
        settings = OidcSettings(issuer=provider.base, client_id=CLIENT, client_secret=SECRET)
        settings = replace(settings, **changes)
        jar = before.door.jar
        entry = Entry(before.keeper, jar, FormGuard.make(jar), metrics, settings.label)
        sign_on = SingleSignOn(settings, entry, public_url, secure=False)
        porch = Starlette(routes=[Mount("/oidc", app=sign_on.app()), *entry.routes()])
        gate = Gate(porch, before.house, before.keeper, before.door)
        return TestClient(gate, base_url=BASE, follow_redirects=False)

    return make


def leave(client: TestClient, target: str = "/data") -> str:
    """Go to the provider; return where it sends back to."""
    answer = client.get(f"/oidc/login?next={target}")
    assert answer.status_code == 302, answer.text
    back = httpx.get(answer.headers["location"])
    assert back.status_code == 302, back.text
    return str(back.headers["location"])


def arrive(client: TestClient, back: str) -> Any:
    """Come back the way a browser does: by a link from another site."""
    link = {
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
    }
    return client.get(back, headers=link)


def test_somebody_new_gets_an_account_and_a_session(
    build: Build, before: Before, provider: Provider, metrics: Metrics
) -> None:
    client = build()
    answer = arrive(client, leave(client))
    assert (answer.status_code, answer.headers["location"]) == (303, "/data")
    assert 'coterie_logins_total{answer="accepted"} 1.0' in metrics.text().decode()
    person = before.accounts.person("grace")
    assert (person.role, person.email) == ("viewer", "grace@example.org")
    assert client.get("/x").json()["person"] == "grace"
    again = build()
    arrive(again, leave(again))
    assert len(before.accounts.people()) == 1
    asked = provider.asked[0]
    assert asked["redirect_uri"] == f"{BASE}/oidc/callback"
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert len({one["nonce"] for one in provider.asked}) == 2
    assert len({one["state"] for one in provider.asked}) == 2
    assert len({one["code_challenge"] for one in provider.asked}) == 2


def test_the_login_page_offers_it(build: Build) -> None:
    page = build(label="Example & Sons").get("/login?next=/data").text
    assert "Log in with Example &amp; Sons" in page
    assert "/oidc/login?next=/data" in page


def test_a_proxys_address_is_where_the_provider_sends_back_to(
    build: Build, provider: Provider
) -> None:
    client = build(public_url="https://segments.example.org/")
    location = client.get("/oidc/login").headers["location"]
    sent = parse_qs(urlsplit(location).query)["redirect_uri"]
    assert sent == ["https://segments.example.org/oidc/callback"]


def spoilt(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda claims: claims.update(changes)


@pytest.mark.parametrize(
    "spoil",
    [
        spoilt(nonce="another"),
        spoilt(aud="somebody-else"),
        spoilt(iss="https://evil.example"),
        spoilt(exp=1_000_000_000, iat=999_999_000),
        spoilt(sub=""),
        lambda claims: claims.pop("nonce"),
        lambda claims: claims.pop("aud"),
        lambda claims: claims.pop("iss"),
        lambda claims: claims.pop("sub"),
        lambda claims: claims.pop("exp"),
    ],
    ids=[
        "nonce",
        "aud",
        "iss",
        "exp",
        "sub",
        *(f"no {c}" for c in ("nonce", "aud", "iss", "sub", "exp")),
    ],
)
def test_a_token_that_is_not_for_us_lets_nobody_in(
    build: Build, before: Before, provider: Provider, metrics: Metrics, spoil: Any
) -> None:
    provider.spoil = spoil
    refused(build(), before)
    assert 'coterie_logins_total{answer="refused"} 1.0' in metrics.text().decode()


@pytest.mark.parametrize("way", ["signed_by_another", "signed_with_the_shared_secret", "unsigned"])
def test_a_token_that_is_not_the_providers_lets_nobody_in(
    build: Build, before: Before, provider: Provider, way: str
) -> None:
    provider.sign = getattr(provider, way)
    refused(build(), before)


def test_an_answer_without_a_token_lets_nobody_in(
    build: Build, before: Before, provider: Provider
) -> None:
    provider.with_token = False
    refused(build(), before)


def refused(client: TestClient, before: Before) -> None:
    answer = arrive(client, leave(client))
    assert answer.status_code == 401
    assert "The single sign-on did not work" in answer.text
    assert SESSION not in client.cookies
    assert before.accounts.people() == []


def test_another_browser_cannot_be_logged_in_with_ones_own_code(
    build: Build, before: Before
) -> None:
    attacker, victim = build(), build()
    back = leave(attacker)
    assert arrive(victim, back).status_code == 401
    leave(victim)
    assert arrive(victim, back).status_code == 401
    assert SESSION not in victim.cookies


def test_a_way_back_is_good_once(build: Build) -> None:
    client = build()
    back = leave(client)
    assert arrive(client, back).status_code == 303
    assert arrive(client, back).status_code == 401


def test_what_the_provider_refuses_is_a_sentence(build: Build) -> None:
    client = build()
    leave(client)
    answer = arrive(client, "/oidc/callback?error=access_denied&error_description=<script>no")
    assert answer.status_code == 401
    assert "did not confirm who you are" in answer.text
    assert "<script>" not in answer.text


def test_a_provider_that_does_not_answer_is_a_sentence(build: Build, provider: Provider) -> None:
    answer = build(issuer="http://127.0.0.1:9").get("/oidc/login")
    assert answer.status_code == 502
    assert "does not answer" in answer.text


def test_a_provider_that_calls_itself_otherwise_is_not_believed(
    build: Build, provider: Provider
) -> None:
    provider.issuer = "https://evil.example"
    assert build().get("/oidc/login").status_code == 502


def test_it_can_be_kept_to_people_who_are_known(
    build: Build, before: Before, provider: Provider
) -> None:
    stranger = build(create=False)
    answer = arrive(stranger, leave(stranger))
    assert answer.status_code == 403
    assert before.accounts.people() == []


def test_a_name_that_is_somebodys_here_is_not_taken_over(build: Build, before: Before) -> None:
    before.accounts.add_person("grace", PASSWORD, "admin")
    client = build()
    answer = arrive(client, leave(client))
    assert answer.status_code == 403
    assert SESSION not in client.cookies


def test_somebody_disabled_stays_out(build: Build, before: Before) -> None:
    client = build()
    arrive(client, leave(client))
    before.accounts.add_person("root", PASSWORD, "admin")
    before.accounts.disable("grace")
    again = build()
    assert arrive(again, leave(again)).status_code == 403
    assert SESSION not in again.cookies


def test_an_address_that_the_provider_did_not_confirm_is_not_kept(
    build: Build, before: Before, provider: Provider
) -> None:
    provider.claims["email_verified"] = False
    client = build()
    arrive(client, leave(client))
    assert before.accounts.person("grace").email is None


def test_it_leads_to_no_other_site(build: Build) -> None:
    client = build()
    answer = arrive(client, leave(client, "//evil.example"))
    assert answer.headers["location"] == "/"
