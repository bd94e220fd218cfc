"""Who may know what of a case."""

from __future__ import annotations

from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from kb.cases.privacy import deidentified
from kb.entries.schemas import CaseDetail


def may_identify(account: CurrentAccount, case: CaseDetail) -> bool:
    """Tell whether an account may see names and numbers in a case: by permission, or because it wrote them."""
    return account.may(Permission.READ_IDENTIFIED_CASES) or case.author_id == account.id


def require_identified(account: CurrentAccount, case: CaseDetail) -> None:
    """Insist on it.

    Raises:
        NotAllowedError: The account may see the case only de-identified.
    """
    if not may_identify(account, case):
        account.require(Permission.READ_IDENTIFIED_CASES)


def seen_by(account: CurrentAccount, case: CaseDetail, *, identified: bool) -> CaseDetail:
    """Return the case as the account sees it; de-identified unless it asks for more.

    Raises:
        NotAllowedError: It asks for more than it may see.
    """
    if not identified:
        return deidentified(case)
    require_identified(account, case)
    return case
