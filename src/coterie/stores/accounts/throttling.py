"""Failed attempts slow the next ones down; counted in the database, so a restart forgets none."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from coterie.stores.accounts.tables import throttles
from coterie.stores.accounts.usernames import writable
from coterie.stores.accounts.values import Delays


def account_key(name: str, origin: str = "") -> str:
    """Return the key of an account, whether or not there is one of that name.

    Parameters
    ----------
    name : str
        Hashed, because people type passwords where the name belongs.
    origin : str
        The key of an address that the person is known to come from: failures there are counted
        apart, so that guesses from elsewhere cannot keep the owner out.
    """
    read = f"{name}\n{origin}".encode("utf-8", "surrogatepass")
    return "account:" + hashlib.sha256(read).hexdigest()


def address_key(address: str) -> str:
    """Return the key of an address; one household's IPv6 addresses are one.

    Examples
    --------
    >>> address_key("::ffff:192.0.2.7")
    'address:192.0.2.7'
    >>> address_key("2001:db8:1:2:3:4:5:6")
    'address:2001:db8:1:2::/64'
    """
    try:
        read = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return "address:" + writable(address, 64)
    if isinstance(read, ipaddress.IPv6Address):
        if read.ipv4_mapped is not None:
            return f"address:{read.ipv4_mapped}"
        return f"address:{ipaddress.ip_network((int(read), 64), strict=False)}"
    return f"address:{read}"


def waiting(connection: sa.Connection, key: str, now: datetime) -> float | None:
    """Return the seconds until the next attempt is looked at, None where it may come now."""
    free_at = connection.execute(
        sa.select(throttles.c.free_at).where(throttles.c.key == key)
    ).scalar()
    if free_at is None or free_at <= now:
        return None
    return float((free_at - now).total_seconds())


def count_failure(
    connection: sa.Connection, key: str, delays: Delays, now: datetime
) -> float | None:
    """Count one failure, or an attempt that will be one unless it is forgotten.

    Returns
    -------
    float or None
        Seconds that the attempt has to wait, and then it is not counted: else anybody could keep
        the owner out for good. None where it was counted.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(
        insert(throttles)
        .values(key=key, failures=0, failed_at=now, free_at=now)
        .on_conflict_do_nothing()
    )
    row = connection.execute(
        sa.select(throttles).where(throttles.c.key == key).with_for_update()
    ).one()
    if row.free_at > now:
        return float((row.free_at - now).total_seconds())
    stale = (now - row.failed_at).total_seconds() > delays.forgotten
    failures = 1 if stale else row.failures + 1
    wait = delays.after(failures)
    connection.execute(
        throttles.update()
        .where(throttles.c.key == key)
        .values(failures=failures, failed_at=now, free_at=now + timedelta(seconds=wait))
    )
    return None


def forget(connection: sa.Connection, key: str) -> None:
    """Forget the failures of a key."""
    connection.execute(throttles.delete().where(throttles.c.key == key))
