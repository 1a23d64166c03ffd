"""The pages of login and account, as a browser without JavaScript uses them."""

from __future__ import annotations

import asyncio
import html
import re
import threading
import time
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from coterie.faces.server.cookies import SESSION
from coterie.stores.accounts import Person

from .conftest import BASE, PASSWORD, Served, csrf_of

pytestmark = pytest.mark.slow

OTHER = "difference engine no. 2"


@pytest.fixture
def visitor(served: Served) -> TestClient:
    return served.visitor()


@pytest.fixture
def ben(served: Served) -> Person:
    return served.person("ben")


def post(client: TestClient, path: str, **fields: object) -> Any:
    """Fill in the form of a page and send it."""
    page = client.get(path)
    return client.post(path, data={"csrf": csrf_of(page.text), **fields})


def log_in(client: TestClient, name: str = "ben", password: str = PASSWORD, **more: str) -> Any:
    return post(client, "/login", username=name, password=password, **more)


# Login


def test_a_login_leads_to_where_one_wanted_to_go(served: Served, ben: Person) -> None:
    visitor = served.visitor()
    asked = visitor.get("/predict?study=4", headers={"accept": "text/html"})
    page = visitor.get(asked.headers["location"])
    target = re.search(r'name="next" value="([^"]*)"', page.text)
    assert target is not None
    answer = log_in(visitor, next=html.unescape(target.group(1)))
    assert (answer.status_code, answer.headers["location"]) == (303, "/predict?study=4")
    assert visitor.get("/account").status_code == 200


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1", "/logout"],
)
def test_a_login_never_leads_elsewhere(visitor: TestClient, ben: Person, target: str) -> None:
    answer = log_in(visitor, next=target)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(
    visitor: TestClient, ben: Person
) -> None:
    answer = log_in(visitor)
    cookie = next(
        line for line in answer.headers.get_list("set-cookie") if line.startswith(SESSION)
    )
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie


def test_a_refused_login_keeps_the_name_and_says_nothing_of_the_account(
    visitor: TestClient, ben: Person
) -> None:
    wrong = log_in(visitor, "ben", "not the right one")
    unknown = log_in(visitor, "nobody", "not the right one")
    assert wrong.status_code == unknown.status_code == 401
    assert 'value="ben"' in wrong.text
    assert "not the right one" not in wrong.text
    said = re.compile(r'role="alert".*?</div>', re.S)
    assert said.search(wrong.text).group() == said.search(unknown.text).group()


def test_too_many_logins_are_told_to_wait(served: Served) -> None:
    served.person("throttled")
    visitor = served.visitor(address="10.1.2.3")
    answers = [log_in(visitor, name="throttled", password=f"wrong {n}") for n in range(8)]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert "Wait" in answers[-1].text


def test_a_name_that_is_markup_is_shown_as_text(visitor: TestClient) -> None:
    answer = log_in(visitor, name='"><script>alert(1)</script>', password="x" * 12)
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_each_login_gets_a_new_session_and_ends_the_one_before(
    served: Served, visitor: TestClient, ben: Person
) -> None:
    fields = {"username": "ben", "password": PASSWORD}
    fields["csrf"] = csrf_of(visitor.get("/login").text)
    visitor.post("/login", data=fields)
    first = visitor.cookies[SESSION]
    visitor.post("/login", data=fields)
    assert visitor.cookies[SESSION] != first
    assert served.accounts.session(first) is None


def test_somebody_who_is_logged_in_is_not_asked_again(served: Served) -> None:
    answer = served.browser("ben").get("/login?next=/data")
    assert (answer.status_code, answer.headers["location"]) == (303, "/data")


# Forged forms


@pytest.mark.parametrize("path", ["/login", "/signup"])
def test_a_form_without_its_code_is_refused(visitor: TestClient, ben: Person, path: str) -> None:
    fields = {"username": "ben", "password": PASSWORD, "again": PASSWORD}
    assert visitor.post(path, data=fields).status_code in (403, 422)
    visitor.get(path)
    assert visitor.post(path, data={**fields, "csrf": "x" * 64}).status_code in (403, 422)
    assert SESSION not in visitor.cookies


def test_the_code_of_another_browser_is_refused(
    served: Served, visitor: TestClient, ben: Person
) -> None:
    code = csrf_of(served.visitor().get("/login").text)
    visitor.get("/login")
    fields = {"csrf": code, "username": "ben", "password": PASSWORD}
    answer = visitor.post("/login", data=fields)
    assert answer.status_code == 403
    assert "Please send it once more" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/logout",
        "/password",
        "/account/tokens",
        "/account/tokens/1/revoke",
        "/account/sessions/end",
    ],
)
def test_no_form_of_the_account_works_without_its_code(served: Served, path: str) -> None:
    browser, other = served.browser("ben"), served.browser("carl")
    theirs = csrf_of(other.get("/account").text)
    for fields in ({}, {"csrf": "x"}, {"csrf": theirs}):
        answer = browser.post(path, data=fields)
        assert answer.status_code == 403
        assert "Nothing was done" in answer.text
    assert browser.get("/account").status_code == 200


def test_a_link_alone_does_not_log_out(served: Served) -> None:
    browser = served.browser("ben")
    assert browser.get("/logout").status_code == 200
    assert browser.get("/account").status_code == 200


# Joining


def test_open_sign_up_makes_an_account_and_logs_in(served: Served, visitor: TestClient) -> None:
    answer = post(visitor, "/signup", username="dora", password=PASSWORD, again=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "dora" in visitor.get("/account").text
    assert served.accounts.person("dora").role == "analyst"


@pytest.mark.parametrize(
    ("fields", "said", "field"),
    [
        ({"password": "short", "again": "short"}, "at least 12", "password"),
        ({"password": PASSWORD, "again": OTHER}, "not the same", "password"),
        ({"password": "password1234", "again": "password1234"}, "", "password"),
        ({"username": "ben", "password": PASSWORD, "again": PASSWORD}, "", "username"),
    ],
)
def test_what_is_wrong_with_a_sign_up_is_said_at_its_field(
    visitor: TestClient, ben: Person, fields: dict[str, str], said: str, field: str
) -> None:
    answer = post(visitor, "/signup", **{"username": "eve", **fields})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert said in answer.text
    marked = re.findall(r'<input[^>]*id="(\w+)"[^>]*aria-invalid="true"', answer.text)
    assert marked == [field]
    assert f'value="{fields.get("username", "eve")}"' in answer.text
    assert PASSWORD not in answer.text


def test_sign_up_that_is_not_open_says_so(
    served: Served, visitor: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    monkeypatch.setattr(
        served.accounts, "policy", replace(served.accounts.policy, sign_up="invite")
    )
    answer = visitor.get("/signup")
    assert answer.status_code == 403
    assert "invitation" in answer.text
    assert "invitation" in visitor.get("/login").text
    assert "/signup" not in visitor.get("/login").text


def test_an_invitation_is_good_once_and_gives_its_role(served: Served) -> None:
    token = served.accounts.invite("viewer", by=None)
    visitor, path = served.visitor(), f"/invite/{token}"
    assert "You are invited" in visitor.get(path).text
    post(visitor, path, username="vik", password=PASSWORD, again=PASSWORD)
    assert served.accounts.person("vik").role == "viewer"
    again = served.visitor().get(path)
    assert again.status_code == 410
    assert "does not work any more" in again.text


def test_a_mistake_does_not_use_the_invitation_up(served: Served) -> None:
    token = served.accounts.invite("viewer", by=None)
    visitor, path = served.visitor(), f"/invite/{token}"
    assert post(visitor, path, username="w", again="x").status_code == 422
    answer = post(visitor, path, username="wim", password=PASSWORD, again=PASSWORD)
    assert answer.status_code == 303


def test_a_link_is_only_good_for_what_it_was_made_for(served: Served) -> None:
    token = served.accounts.invite("viewer", by=None)
    visitor = served.visitor()
    assert visitor.get(f"/first/{token}").status_code == 410
    assert visitor.get(f"/reset/{token}").status_code == 410
    assert visitor.get("/invite/made-up").status_code == 410
    code = csrf_of(visitor.get("/login").text)
    fields = {"csrf": code, "username": "x", "password": PASSWORD, "again": PASSWORD}
    assert visitor.post(f"/first/{token}", data=fields).status_code == 410


def test_a_reset_renews_the_password_and_ends_every_session(served: Served) -> None:
    served.person("rita")
    before = served.browser("rita")
    path = f"/reset/{served.accounts.reset_password('rita')}"
    visitor = served.visitor()
    page = visitor.get(path).text
    assert "rita" in page
    assert 'id="username"' not in page
    post(visitor, path, password=OTHER, again=OTHER)
    assert visitor.get("/account").status_code == 200
    assert before.get("/account").status_code == 401
    assert log_in(served.visitor(), "rita", OTHER).status_code == 303


# The account


def test_logout_ends_the_session_and_says_so(served: Served) -> None:
    browser = served.browser("ben")
    token = browser.cookies[SESSION]
    answer = post(browser, "/logout")
    assert answer.headers["location"] == "/login?notice=out"
    assert "You are logged out" in served.visitor().get("/login?notice=out").text
    assert served.accounts.session(token) is None
    assert browser.get("/account").status_code == 401


def test_a_new_password_ends_every_session(served: Served) -> None:
    served.person("paul")
    one, two = served.browser("paul"), served.browser("paul")
    wrong = post(one, "/password", old="not it at all", password=OTHER, again=OTHER)
    assert wrong.status_code == 422
    assert "current password is not right" in wrong.text
    differ = post(one, "/password", old=PASSWORD, password=OTHER, again=PASSWORD)
    assert differ.status_code == 422
    done = post(one, "/password", old=PASSWORD, password=OTHER, again=OTHER)
    assert done.headers["location"] == "/login?notice=changed"
    assert one.get("/account").status_code == two.get("/account").status_code == 401
    assert log_in(served.visitor(), "paul", PASSWORD).status_code == 401
    assert log_in(served.visitor(), "paul", OTHER).status_code == 303


def test_every_login_is_listed_and_ended_by_itself_or_all_others_at_once(served: Served) -> None:
    one, two, three = (served.browser("lars") for _ in range(3))
    page = one.get("/account").text
    handles = re.findall(r'action="/account/sessions/([0-9a-f]{16})/end"', page)
    assert len(handles) == 3
    assert page.count("this browser") == 2  # In its row, and in the name of its button.
    here = served.accounts.handle_of(str(one.cookies.get(SESSION)))
    there = served.accounts.handle_of(str(two.cookies.get(SESSION)))
    code = {"csrf": csrf_of(page)}
    answer = one.post(f"/account/sessions/{there}/end", data=code)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?notice=ended")
    assert [client.get("/account").status_code for client in (one, two, three)] == [200, 401, 200]
    assert one.post(f"/account/sessions/{there}/end", data=code).status_code == 404
    assert one.post("/account/sessions/others", data=code).status_code == 303
    assert [client.get("/account").status_code for client in (one, three)] == [200, 401]
    answer = one.post(f"/account/sessions/{here}/end", data=code)
    assert answer.headers["location"] == "/login?notice=out"
    assert one.get("/account").status_code == 401


def test_nobody_ends_the_login_of_another(served: Served) -> None:
    mine, theirs = served.browser("lars"), served.browser("mona")
    handle = served.accounts.handle_of(str(theirs.cookies.get(SESSION)))
    code = {"csrf": csrf_of(mine.get("/account").text)}
    assert mine.post(f"/account/sessions/{handle}/end", data=code).status_code == 404
    assert theirs.get("/account").status_code == 200


def test_log_out_everywhere(served: Served) -> None:
    one, two = served.browser("lena"), served.browser("lena")
    code = csrf_of(one.get("/account").text)
    assert one.post("/account/sessions/end", data={"csrf": code}).status_code == 303
    assert two.get("/account").status_code == 401


def test_a_token_is_shown_once_works_and_is_revoked_at_once(served: Served) -> None:
    browser, program = served.browser("tina"), served.visitor()
    code = csrf_of(browser.get("/account").text)
    fields = {"csrf": code, "name": "nightly", "scopes": ["read", "place"], "days": "30"}
    made = browser.post("/account/tokens", data=fields)
    secret = re.search(r"cot_[\w-]{43}", made.text).group()
    assert secret not in browser.get("/account").text
    assert "nightly" in browser.get("/account").text
    bearer = {"authorization": f"Bearer {secret}"}
    assert program.get("/api/v1/models", headers=bearer).status_code == 200
    path = re.search(r"/account/tokens/\d+/revoke", browser.get("/account").text).group()
    assert served.browser("ben").post(path, data={}).status_code == 403
    answer = browser.post(path, data={"csrf": code})
    assert answer.headers["location"] == "/account?notice=revoked"
    assert program.get("/api/v1/models", headers=bearer).status_code == 401


def test_nobody_revokes_the_token_of_another(served: Served) -> None:
    record, secret = served.accounts.create_token(served.person("tina"), "hers", ["read"])
    other = served.browser("ben")
    code = csrf_of(other.get("/account").text)
    answer = other.post(f"/account/tokens/{record.id}/revoke", data={"csrf": code})
    assert answer.status_code == 404
    assert served.accounts.token(secret) is not None


def test_what_is_wrong_with_a_token_is_said(served: Served) -> None:
    browser = served.browser("tina")
    code = csrf_of(browser.get("/account").text)
    answer = browser.post("/account/tokens", data={"csrf": code, "name": "mine"})
    assert answer.status_code == 422
    assert "none was chosen" in answer.text
    assert 'value="mine"' in answer.text


# How they are made


@pytest.fixture
def all_pages(served: Served) -> list[tuple[str, Any]]:
    visitor, browser = served.visitor(), served.browser("ben")
    invitation = served.accounts.invite("viewer", by=None)
    reset = served.accounts.reset_password(served.person("otto").username)
    html_wanted = {"accept": "text/html"}
    pages = [(path, visitor.get(path)) for path in ("/login", "/signup", "/first/none")]
    pages += [
        (f"/{kind}", visitor.get(f"/{kind}/{token}"))
        for kind, token in (("invite", invitation), ("reset", reset))
    ]
    pages += [(path, browser.get(path)) for path in ("/account", "/password", "/logout")]
    pages.append(("host", visitor.get("/", headers={**html_wanted, "host": "evil"})))
    pages.append(("role", served.browser("v", "viewer").get("/demo/", headers=html_wanted)))
    pages.append(("none", visitor.get("/login/none", headers=html_wanted)))
    return pages


def test_our_own_pages_need_no_script_and_nothing_from_elsewhere(all_pages: list) -> None:
    for path, page in all_pages:
        assert "<script" not in page.text, path
        assert not re.search(r"\son\w+=|\sstyle=|javascript:", page.text), path
        assert not re.search(r"(src|href|action)=\"(?!/)", page.text.replace('"#main', '"/')), path
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'"), path
        assert "unsafe" not in policy, path
        assert "script-src" not in policy, path
        assert page.headers["cache-control"] == "no-store", path
        assert "<h1>" in page.text, path
        assert '<html lang="en">' in page.text, path


def test_every_form_has_a_code_and_every_field_a_label(all_pages: list) -> None:
    for path, page in all_pages:
        for form in re.findall(r"<form.*?</form>", page.text, re.S):
            assert 'method="post"' in form, path
            assert 'name="csrf"' in form, path
            fields = re.findall(r'<(?:input|select)[^>]*\sid="(\w+)"', form)
            assert all(f'for="{name}"' in form for name in fields), path


def test_the_files_of_the_pages_are_there_and_no_others(served: Served) -> None:
    visitor = served.visitor()
    style = visitor.get("/static/auth/style.css")
    assert style.headers["content-type"].startswith("text/css")
    named = re.findall(r'url\("([^"]+)"\)', style.text) + re.findall(
        r'(?:src|href)="(/static/auth/[^"]+)"', visitor.get("/login").text
    )
    assert len(named) >= 6
    for path in named:
        assert visitor.get(path).status_code == 200, path
    assert visitor.get("/static/auth/login.html.j2").status_code == 404
    assert visitor.get("/static/auth/%2e%2e/pages.py").status_code == 404


def test_a_bug_is_a_sentence_and_not_a_traceback(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_words: object, **_more: object) -> None:
        raise RuntimeError("secret inner workings")

    browser = served.browser("ben")
    quiet = TestClient(
        served.app, base_url=BASE, raise_server_exceptions=False, cookies=browser.cookies
    )
    monkeypatch.setattr(served.accounts, "tokens", break_down)
    answer = quiet.get("/account", headers={"accept": "text/html"})
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.text
    assert "secret inner workings" not in answer.text


# Together


def test_hashing_passwords_stalls_nobody_else(
    served: Served, ben: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty logins hang in their hashing; everybody else is served meanwhile."""
    released, hashing = threading.Event(), threading.Semaphore(0)
    hasher = served.accounts.hasher

    class Hanging:
        def fits(self, *words: Any) -> bool:
            hashing.release()
            assert released.wait(60)
            return bool(hasher.fits(*words))

        def __getattr__(self, name: str) -> Any:
            return getattr(hasher, name)

    for number in range(20):
        served.person(f"one-of-{number}")
    monkeypatch.setattr(served.accounts, "hasher", Hanging())
    cookies = {SESSION: served.browser("ben").cookies[SESSION]}

    async def log_in_from(number: int) -> int:
        origin = httpx.ASGITransport(served.app, client=(f"10.9.0.{number}", 1))
        async with httpx.AsyncClient(transport=origin, base_url=BASE) as client:
            code = csrf_of((await client.get("/login")).text)
            fields = {"csrf": code, "username": f"one-of-{number}", "password": PASSWORD}
            return (await client.post("/login", data=fields)).status_code

    async def everybody() -> list[int]:
        logins = [asyncio.create_task(log_in_from(number)) for number in range(20)]
        try:
            assert await asyncio.to_thread(hashing.acquire, timeout=60)
            transport = httpx.ASGITransport(served.app)
            async with httpx.AsyncClient(
                transport=transport, base_url=BASE, cookies=cookies
            ) as client:
                assert (await client.get("/health")).json()["database"] == "answers"
                assert (await client.get("/login")).status_code == 303
                assert (await client.get("/account")).status_code == 200
            assert not any(login.done() for login in logins)
        finally:
            released.set()
        return list(await asyncio.gather(*logins))

    assert asyncio.run(everybody()) == [303] * 20


def test_health_tells_of_a_database_that_is_gone(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    from coterie.stores.accounts import AccountStoreError

    def fail(*_words: object, **_more: object) -> None:
        raise AccountStoreError("gone")

    monkeypatch.setattr(served.accounts, "session", fail)
    answer = served.visitor().get("/health")
    assert answer.status_code == 503
    assert answer.json()["database"] == "does not answer"
    assert answer.json()["version"]


def test_health_does_not_wait_for_a_database_that_hangs(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    monkeypatch.setattr("coterie.faces.server.keeping._PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(served.accounts, "session", lambda *_w, **_m: released.wait(20))
    began = time.monotonic()
    try:
        assert served.visitor().get("/health").status_code == 503
        assert time.monotonic() - began < 10
    finally:
        released.set()
