"""Who may log in to the pages: `<home>/secrets/accounts.yaml`, names with roles and hashes of passwords.

The hash is scrypt with the parameters that OWASP's Password Storage Cheat Sheet names (N = 2^15, r = 8, p = 3).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dmp.pages.readers import ROLES, Reader
from dmp.settings import Home, SettingsError

NAME = re.compile(r"[a-z][a-z0-9._-]{0,39}")
LEAST_CHARACTERS, MOST_CHARACTERS = 12, 128
COST = {"n": 2**15, "r": 8, "p": 3}
# Twice what the parameters take: 128 * n * r bytes.
MOST_MEMORY = 2 * 128 * COST["n"] * COST["r"]


@dataclass(frozen=True)
class Account:
    """A name with its role; salt and digest in hexadecimal digits."""

    role: str
    salt: str
    digest: str

    def is_password(self, password: str) -> bool:
        """Whether a password is the account's, in the same time whatever it is."""
        return hmac.compare_digest(_digest(password, self.salt), self.digest)


# An unknown name takes as long as a wrong password.
UNKNOWN = Account("viewer", secrets.token_hex(16), "0" * 128)


def accounts_file(home: Home) -> Path:
    """Return where accounts are kept, readable by the home's owner alone."""
    return home.root / "secrets" / "accounts.yaml"


def read_accounts(home: Home) -> dict[str, Account]:
    """Return the accounts by name, none without a file. Raises SettingsError where it is damaged."""
    path = accounts_file(home)
    try:
        found = yaml.safe_load(path.read_bytes()) or {}
        accounts = {name: Account(**given) for name, given in found.items()}
        if any(account.role not in ROLES for account in accounts.values()):
            raise SettingsError(f"{path}: a role is one of {', '.join(ROLES)}")
    except FileNotFoundError:
        return {}
    except (yaml.YAMLError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is damaged: restore it, or remove it and add accounts anew") from error
    return accounts


def keep_account(home: Home, name: str, role: str, password: str) -> None:
    """Add an account or change it. Raises SettingsError where name, role or password will not do."""
    if not NAME.fullmatch(name):
        raise SettingsError(f"'{name[:60]}' is no lower-case name like ann or ann.lee")
    if role not in ROLES:
        raise SettingsError(f"'{role[:60]}' is no role: choose one of {', '.join(ROLES)}")
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS or name in password.lower():
        raise SettingsError(
            f"a password has {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters, and not the name in it"
        )
    salt = secrets.token_hex(16)
    _write(home, {**_plain(read_accounts(home)), name: vars(Account(role, salt, _digest(password, salt)))})


def remove_account(home: Home, name: str) -> None:
    """Remove an account. Raises SettingsError where there is none."""
    accounts = _plain(read_accounts(home))
    if name not in accounts:
        raise SettingsError(f"'{name[:60]}' has no account")
    del accounts[name]
    _write(home, accounts)


def log_in(accounts: dict[str, Account], name: str, password: str) -> Reader | None:
    """Return who has this name and password, None where nobody has."""
    account = accounts.get(name, UNKNOWN)
    is_known = account.is_password(password[: MOST_CHARACTERS + 1])
    return Reader(name, account.role) if is_known and account is not UNKNOWN else None


def _digest(password: str, salt: str) -> str:
    return hashlib.scrypt(
        password.encode(errors="replace"), salt=bytes.fromhex(salt), maxmem=MOST_MEMORY, dklen=64, **COST
    ).hex()


def _plain(accounts: dict[str, Account]) -> dict[str, Any]:
    return {name: vars(account) for name, account in accounts.items()}


def _write(home: Home, accounts: dict[str, Any]) -> None:
    path = accounts_file(home)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".accounts.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        yaml.safe_dump(accounts, file)
    unfinished.replace(path)
