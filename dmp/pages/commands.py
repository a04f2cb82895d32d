"""`dmp pages`: serve the pages of a home, on this machine alone or, with accounts and TLS, beyond it; `dmp account`."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from dmp.pages.accounts import keep_account, read_accounts, remove_account
from dmp.settings import Home, SettingsError
from dmp.terminal import HomeOption, console, print_rows, reported, say

HOST = "127.0.0.1"
HOW_TO_ADD = "add one with `dmp account add NAME`"

account = typer.Typer(no_args_is_help=True, help="Who may log in to the pages, and what their role opens.")
NameArgument = Annotated[str, typer.Argument(help="The name to log in with.")]


def pages(  # noqa: PLR0917 - options, each by its name
    home: HomeOption = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port that is listened on.")] = 8787,
    host: Annotated[
        str, typer.Option(help="Address that is listened on; beyond loopback: see --name.")
    ] = HOST,
    name: Annotated[
        list[str] | None, typer.Option(help="Host[:port] that browsers ask for, over TLS; repeat it.")
    ] = None,
    certificate: Annotated[Path | None, typer.Option(help="TLS certificate chain, PEM.")] = None,
    private_key: Annotated[Path | None, typer.Option(help="Its private key, PEM.")] = None,
) -> None:
    """Show what is published in a browser, to readers on this machine, or to those who have an account."""
    import uvicorn

    from dmp.pages.app import application

    place, names = Home.at(home), name or []
    is_secure = certificate is not None and private_key is not None
    if refusal := why_not(place, host, names, is_secure=is_secure):
        raise SettingsError(refusal)
    scheme = "https" if is_secure else "http"
    console.print(
        f"The pages of {place.root}: {scheme}://{names[0] if names else f'{HOST}:{port}'}/ (Ctrl-C ends it)"
    )
    uvicorn.run(
        application(place, port, names, is_secure=is_secure, is_warm=True),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        ssl_certfile=certificate,
        ssl_keyfile=private_key,
    )


def why_not(home: Home, host: str, names: list[str], *, is_secure: bool) -> str | None:
    """Return why the pages are not opened so wide, None where they may be."""
    is_here = host == "localhost" or _is_loopback(host)
    if not is_here and not names:
        return f"{host} is open to other machines: say with --name by which host browsers ask for it"
    if not is_here and not is_secure:
        return (
            f"{host} is open to other machines: give --certificate and --private-key, for passwords need TLS"
        )
    if (names or not is_here) and not read_accounts(home):
        return f"nobody has an account yet, and the pages would be open to others: {HOW_TO_ADD}"
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@account.command()
@reported
def add(
    name: NameArgument,
    role: Annotated[
        str, typer.Option(help="viewer, analyst (SQL, people, exports) or admin (rules).")
    ] = "viewer",
    home: HomeOption = None,
) -> None:
    """Give somebody an account, or another role and password; from then on everybody logs in."""
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    keep_account(Home.at(home), name, role, password)
    say(f"{name} may log in as {role}.")


@account.command()
@reported
def remove(name: NameArgument, home: HomeOption = None) -> None:
    """Take an account away; whoever is logged in with it is out at once."""
    remove_account(Home.at(home), name)
    say(f"{name} may not log in any more.")


@account.command("list")
@reported
def list_(home: HomeOption = None) -> None:
    """Show who may log in, and their roles."""
    accounts = read_accounts(Home.at(home))
    print_rows(["name", "role"], [[name, one.role] for name, one in sorted(accounts.items())])
