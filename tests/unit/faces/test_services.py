"""Services: one data directory, one server, put in order at each start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie.errors import ConfigError
from coterie.faces import services as module
from coterie.faces.services import Services, Settings, current, use


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def nobody_registered() -> Iterator[None]:
    held = list(module._CURRENT)
    use(None)
    yield
    module._CURRENT[:] = held


def test_a_data_directory_is_made_for_the_servers_user_only(settings: Settings) -> None:
    services = Services.open(settings)
    services.close()
    assert settings.data_dir.stat().st_mode & 0o077 == 0
    assert (settings.data_dir / "accounts.db").exists()


def test_a_second_server_is_refused_until_the_first_has_let_go(settings: Settings) -> None:
    first = Services.open(settings)
    with pytest.raises(ConfigError, match="Another Coterie server has the data directory"):
        Services.open(settings)
    first.close()
    Services.open(settings).close()


def test_what_was_left_half_is_swept_at_the_start(settings: Settings) -> None:
    Services.open(settings).close()
    half = settings.data_dir / "uploads" / "1" / ".part-0123456789abcdef"
    half.mkdir(parents=True)
    (half / "a.csv").write_text("age\n1\n")
    services = Services.open(settings)
    assert not half.exists()
    services.close()


def test_names_of_owners_come_from_the_accounts(settings: Settings) -> None:
    services = Services.open(settings)
    ann = services.accounts.add_person("ann", "a long enough pass phrase", "analyst")
    assert services.shelf._name_of(ann.id) == "ann"
    assert services.shelf._name_of(0) == "Coterie"
    assert services.shelf._name_of(99) == ""
    services.close()


@pytest.mark.usefixtures("nobody_registered")
def test_what_was_registered_is_current(settings: Settings) -> None:
    services = Services.open(settings)
    use(services)
    assert current() is services
    services.close()


@pytest.mark.usefixtures("nobody_registered")
def test_without_a_registration_services_are_opened_from_the_environment_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "coterie.toml"
    file.write_text("upload_mb = 7\n")
    monkeypatch.setenv("COTERIE_CONFIG", str(file))
    monkeypatch.setenv("COTERIE_DATA_DIR", str(tmp_path / "data"))
    services = current()
    assert services is current()
    assert services.settings.upload_mb == 7
    assert services.settings.data_dir == tmp_path / "data"
    services.close()
