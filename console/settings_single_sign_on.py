"""The table [single_sign_on] of skellat.toml: a council's own OpenID provider, or none."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from console.configuration import Fault, SecretMissing, read_secret
from console.domain.policy import Role
from console.domain.single_sign_on import WEIGHTY, GroupRules, SingleSignOn, safe_address

FILE = "skellat.toml"


def _several(written: Any) -> Any:
    """One role may stand without brackets."""
    return (written,) if isinstance(written, str) else written


class SingleSignOnTable(BaseModel):
    """As it is written. Without an issuer there is no single sign-on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=2, max_length=60)] = "your staff account"
    """After "Sign in with", on the button and in every sentence about it."""
    issuer: str = ""
    client_id: str = ""
    client_secret: str = ""
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    groups_claim: str = "groups"
    verified_claim: str = "email_verified"
    second_factor: tuple[str, ...] = ()
    """Values of `amr` or `acr` that mean: a second factor was asked for there."""
    roles: Mapping[str, Annotated[tuple[Role, ...], BeforeValidator(_several)]] = {}
    """Group -> the role or roles that it gives."""
    publishing_groups: tuple[str, ...] = ()
    """Groups that may give duty officer, approver and administrator."""
    create: bool = False
    only: bool = False
    break_glass: str = ""

    def value(self, secret: str) -> SingleSignOn:
        return SingleSignOn(
            name=self.name,
            issuer=self.issuer,
            client_id=self.client_id,
            client_secret=secret,
            rules=GroupRules(self.by_group(), frozenset(self.publishing_groups)),
            scopes=self.scopes,
            groups_claim=self.groups_claim,
            verified_claim=self.verified_claim,
            second_factor=frozenset(self.second_factor),
            create=self.create,
            only=self.only,
            break_glass=self.break_glass.strip().casefold(),
        )

    def by_group(self) -> dict[str, frozenset[Role]]:
        return {group: frozenset(roles) for group, roles in self.roles.items()}


def read(
    table: SingleSignOnTable, env: Mapping[str, str], faults: list[Fault]
) -> SingleSignOn | None:
    """The council's single sign-on, its secret read; None where the file has none."""
    if not table.model_fields_set:
        return None
    found = [*_missing(table), *_loose(table), *_roles(table)]
    try:
        secret = read_secret(table.client_secret, env) if table.client_secret else ""
    except SecretMissing as missing:
        secret = ""
        what = f"there is no secret at {missing.where}"
        found.append(_fault("client_secret", what, "Set that variable or file, or name another"))
    faults += found
    return None if found else table.value(secret)


def _missing(table: SingleSignOnTable) -> Iterator[Fault]:
    for key, remedy in (
        ("issuer", "Write the provider's address as it names itself, beginning with https://"),
        ("client_id", "Write the identifier that the provider gave to Skellat"),
        ("client_secret", 'Name where the secret is, "env:NAME" or "file:PATH"'),
    ):
        if not getattr(table, key).strip():
            yield _fault(key, "is missing", remedy)


def _loose(table: SingleSignOnTable) -> Iterator[Fault]:
    parts = table.issuer.partition("?")
    if table.issuer and (parts[1] or "#" in table.issuer or not safe_address(table.issuer)):
        remedy = "Begin it with https:// (http:// on this machine only), without ? or #"
        yield _fault("issuer", "is not an address that can be trusted", remedy)
    if "openid" not in table.scopes:
        yield _fault("scopes", 'does not ask for "openid"', 'Add "openid" to it')
    for key in ("groups_claim", "verified_claim"):
        if not getattr(table, key).strip():
            yield _fault(key, "is empty", "Write the claim's name, or remove the line")
    if table.only and "@" not in table.break_glass:
        remedy = (
            "Write the e-mail address of the one account that keeps its password, for the day "
            "when the provider is down"
        )
        yield _fault("break_glass", "is missing, though passwords are switched off", remedy)


def _roles(table: SingleSignOnTable) -> Iterator[Fault]:
    for group, roles in table.by_group().items():
        heavy = sorted(roles & WEIGHTY)
        if heavy and group not in table.publishing_groups:
            remedy = (
                f"Add {group!r} to publishing_groups if everybody in it may have that role without "
                "a second administrator, or take the role out"
            )
            yield _fault(f"roles.{group}", f"would give {' and '.join(heavy)}", remedy)
    for group in table.publishing_groups:
        if group not in table.roles:
            remedy = "Write the group as it stands under roles, or remove it"
            yield _fault("publishing_groups", f"names {group!r}, which gives no role", remedy)


def _fault(key: str, what: str, remedy: str) -> Fault:
    return Fault(FILE, f"single_sign_on.{key}", what, remedy)
