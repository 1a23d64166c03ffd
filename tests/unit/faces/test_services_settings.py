"""Settings: who wins, and every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from coterie.errors import ConfigError, MissingFileError, UnreadableTableError
from coterie.faces.services import Settings


def written(folder: Path, text: str) -> Path:
    path = folder / "coterie.toml"
    path.write_text(text)
    return path


def test_without_anything_said_the_server_is_for_this_machine_only() -> None:
    settings = Settings.load(None, {}, {})
    assert (settings.host, settings.port, settings.sign_up) == ("127.0.0.1", 8501, "invite")
    assert settings.allowed_hosts == ("localhost", "127.0.0.1")
    assert settings.oidc is None
    assert settings.accounts_url == f"sqlite:///{Path('coterie-data').absolute()}/accounts.db"


def test_options_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, 'host = "a"\nport = 1\nworkers = 3\nallowed_hosts = ["x", "y"]\n')
    environ = {"COTERIE_HOST": "b", "COTERIE_PORT": "2", "COTERIE_WORKERS": " "}
    settings = Settings.load(file, environ, {"host": "c", "port": None})
    assert (settings.host, settings.port, settings.workers) == ("c", 2, 3)
    assert settings.allowed_hosts == ("x", "y")


def test_every_setting_can_come_from_the_environment(tmp_path: Path) -> None:
    cert, key = tmp_path / "c.pem", tmp_path / "k.pem"
    cert.touch()
    key.touch()
    environ = {
        "COTERIE_HOST": "0.0.0.0",  # noqa: S104
        "COTERIE_PORT": "9000",
        "COTERIE_DATA_DIR": "~/data",
        "COTERIE_DATABASE_URL": "postgresql+psycopg://u:p@h/d",
        "COTERIE_TLS_CERT": str(cert),
        "COTERIE_TLS_KEY": str(key),
        "COTERIE_SIGN_UP": "open",
        "COTERIE_UPLOAD_MB": "50.5",
        "COTERIE_WORKERS": "4",
        "COTERIE_ALLOWED_HOSTS": "a.example, b.example",
        "COTERIE_IDLE_HOURS": "1",
        "COTERIE_ABSOLUTE_HOURS": "24",
        "COTERIE_METRICS_OPEN": "yes",
        "COTERIE_PUBLIC_URL": "https://c.example",
        "COTERIE_OIDC_ISSUER": "https://id.example",
        "COTERIE_OIDC_CLIENT_ID": "coterie",
        "COTERIE_OIDC_CLIENT_SECRET": "hush",
        "COTERIE_OIDC_CREATE": "false",
        "COTERIE_OIDC_SCOPES": "openid,email",
        "COTERIE_REAL_DATA": "not a setting",
    }
    settings = Settings.load(None, environ, {})
    assert settings.data_dir == Path("~/data").expanduser()
    assert settings.accounts_url == "postgresql+psycopg://u:p@h/d"
    assert (settings.tls_cert, settings.tls_key) == (cert, key)
    assert (settings.upload_mb, settings.workers, settings.idle_hours) == (50.5, 4, 1.0)
    assert settings.allowed_hosts == ("a.example", "b.example")
    assert settings.metrics_open is True
    assert settings.oidc is not None
    assert (settings.oidc.create, settings.oidc.scopes) == (False, ("openid", "email"))


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    file = written(tmp_path, 'prot = 1\nworkers = "many"\n[oidc]\nissuer = "id"\nclient_di = "x"\n')
    environ = {"COTERIE_PORT": "99999", "COTERIE_SIGN_UP": "maybe", "COTERIE_TLS_CERT": "/none"}
    with pytest.raises(ConfigError) as caught:
        Settings.load(file, environ, {})
    assert caught.value.faults[:3] == (
        "There is no setting prot. Was port meant?",
        "There is no setting oidc.client_di. Was oidc.client_id meant?",
        "workers takes a whole number; it is 'many'.",
    )
    with pytest.raises(ConfigError) as caught:
        Settings.load(None, environ | {"COTERIE_OIDC_ISSUER": "id.example"}, {"idle_hours": 500})
    said = str(caught.value)
    for part in (
        "port lies between 0 and 65535; it is 99999",
        "sign_up is open, invite or closed; it is maybe",
        "TLS needs both",
        "no TLS certificate /none",
        "idle_hours are more than 0 and at most its absolute_hours; they are 500 and 168",
        "needs oidc.client_id",
        "needs oidc.client_secret",
        "oidc.issuer begins with https://",
    ):
        assert part in said


def test_secrets_are_in_no_message_and_no_repr(tmp_path: Path) -> None:
    file = written(tmp_path, "[oidc]\nclient_secret = 12345678\n")
    with pytest.raises(ConfigError) as caught:
        Settings.load(file, {}, {})
    assert "12345678" not in str(caught.value)
    environ = {
        "COTERIE_DATABASE_URL": "postgresql://u:hush@h/d",
        "COTERIE_OIDC_ISSUER": "https://id.example",
        "COTERIE_OIDC_CLIENT_ID": "coterie",
        "COTERIE_OIDC_CLIENT_SECRET": "hush",
    }
    assert "hush" not in repr(Settings.load(None, environ, {}))


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no settings file"):
        Settings.load(tmp_path / "none.toml", {}, {})
    with pytest.raises(UnreadableTableError, match="is no TOML"):
        Settings.load(written(tmp_path, "port = = 1"), {}, {})
