"""Write docs/permissions.md from the product: roles, scopes and routes; `--check` only compares."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from assist_api.app import create_app
from assist_api.composition import compose
from assist_api.http.permissions import Permission, Role
from assist_api.http.scopes import scope_of_role
from assist_api.route_access import ANY_ACCOUNT, PUBLIC, RouteAccess, access_of
from assist_api.settings import AssistSettings
from kb.settings import KBSettings

PAGE = Path(__file__).parents[1] / "docs" / "permissions.md"
HEADER = """# Permissions

Made by `python -m scripts.make_permissions_page` from the code; a test fails when it is stale.

A cell says how far the permission reaches: `own` rows of the account itself, `team` those of its unit, `unit` those of
its unit and the units below, `sector` those of every unit that serves the same sector, `all` the whole installation,
– not at all. While an installation has no units, every scope from `team` on is `all`; where there are units, an
account that belongs to none reaches its own rows.
"""


def page() -> str:
    """Return the page as it should be."""
    application = compose(AssistSettings.model_construct(), kb_settings=KBSettings(_env_file=None, embedder="none"))
    routes = access_of(create_app(application))
    return "\n".join((HEADER, *_matrix(), "", *_routes(routes), "", *_listed(routes))) + "\n"


def _matrix() -> Iterable[str]:
    yield "| Permission | " + " | ".join(f"`{role}`" for role in Role) + " |"
    yield "|---" * (len(Role) + 1) + "|"
    for permission in sorted(Permission):
        scopes = [scope_of_role(role, permission) for role in Role]
        yield f"| `{permission}` | " + " | ".join("–" if scope is None else scope.value for scope in scopes) + " |"


def _routes(routes: Iterable[RouteAccess]) -> Iterable[str]:
    yield "## Routes by permission"
    yield ""
    yield "| Permission | Route |"
    yield "|---|---|"
    known = [route for route in routes if route.permission is not None]
    for route in sorted(known, key=lambda route: str(route.permission)):
        yield f"| `{route.permission}` | {route.method} `{route.path}` |"


def _listed(routes: Iterable[RouteAccess]) -> Iterable[str]:
    yield "## Routes without a permission"
    yield ""
    yield "| Open to | Route | Reason |"
    yield "|---|---|---|"
    for route in routes:
        key = (route.method, route.path)
        if key in ANY_ACCOUNT:
            yield f"| every account | {route.method} `{route.path}` | {ANY_ACCOUNT[key]} |"
        if key in PUBLIC:
            yield f"| everybody | {route.method} `{route.path}` | {PUBLIC[key]} |"


def main() -> None:
    """Write or compare the page."""
    made = page()
    if "--check" not in sys.argv:
        PAGE.write_text(made, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != made:
        sys.exit("error: docs/permissions.md is stale; run: python -m scripts.make_permissions_page")


if __name__ == "__main__":
    main()
