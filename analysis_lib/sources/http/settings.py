"""What a fetched source may be asked and how politely: the values of ``params/sources/<id>.yaml`` (floor 3).

The address stands in params and nowhere else, so a huvudman can point a source at a system of its own and a
test at this machine; plain http is only ever allowed to this machine, since a token would be readable.
"""

from __future__ import annotations

from typing import Self, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.params_reading import read_model
from analysis_lib.vocabulary.settings import Strict
from analysis_lib.vocabulary.workspace import Workspace

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class ApiSource(Strict):
    """One API: where it is, how often it may be asked and how long an answer is kept."""

    id: str
    name: str
    owner: str
    licence: str
    legal_basis: str
    base_url: str = Field(description="Adress utan avslutande snedstreck; tomt: källan är inte ansluten")
    headers: dict[str, str] = Field(default_factory=dict)
    token_variable: str = Field(default="", description="Miljövariabel med åtkomstnyckel (bearer token)")
    timeout_seconds: float = Field(default=30, gt=0)
    attempts: int = Field(default=5, ge=1, le=10, description="Försök innan ett anrop ges upp")
    backoff_seconds: float = Field(default=1, ge=0, description="Väntan efter första försöket; fördubblas")
    longest_wait_seconds: float = Field(default=60, ge=0, description="Längsta väntan, även på Retry-After")
    requests_per_second: float = Field(default=4, gt=0)
    cache_hours: float = Field(default=20, ge=0, description="Så länge återanvänds ett svar; 0: aldrig")
    forget: tuple[str, ...] = Field(default=(), description="Fält i svaren som aldrig behålls")
    page_limit: int = Field(default=2000, ge=1, description="Flest sidor i en lista")
    largest_megabytes: float = Field(default=64, gt=0, description="Största svar som tas emot")

    @model_validator(mode="after")
    def _is_safe_address(self) -> Self:
        if self.base_url:
            parts = urlsplit(self.base_url)
            is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
            if not (is_safe and parts.hostname) or parts.username or parts.query or parts.fragment:
                raise ValueError("base_url must be https without user, query and fragment")
        return self


Source = TypeVar("Source", bound=ApiSource)


def load_api_source(workspace: Workspace, name: str, model: type[Source]) -> Source:
    """The values of one source, the workspace's own file before the built-in one."""
    source = read_model(workspace.layered("params", "sources", f"{name}.yaml")[0], model, workspace)
    if not source.base_url:
        raise SkolbankError(
            "source-not-connected",
            f"Källan {source.name} har ingen adress",
            where=f"params/sources/{name}.yaml",
            remedy="Skriv base_url: https://… med adressen som systemets leverantör har gett.",
        )
    return source
