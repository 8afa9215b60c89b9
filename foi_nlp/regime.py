"""Which Act a request was answered under: the numbers of sections mean nothing before that is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from foi_nlp.registers import register

FOIA, FOISA, EIR, EIR_SCOTLAND = "FOIA 2000", "FOISA 2002", "EIR 2004", "EIR (Scotland) 2004"

ACT_OF_REGIME: Mapping[str, str] = {FOIA: "foia", FOISA: "foisa", EIR: "eir", EIR_SCOTLAND: "eirscotland"}


@lru_cache(maxsize=1)
def _regimes_of_authorities() -> Mapping[str, str]:
    return {record["id"]: record.get("regime", "") for record in register("authorities")}


def decide_regime(responders: Iterable[str], named: Counter[str]) -> str:
    """Decide the regime of a letter.

    `responders` are ids of the responding authorities; `named` counts how often the letter names each regime
    (`EIR 2004` only where it says that the request was handled under it). The responder's nation decides
    between the two Acts; without one, the Act that is named more. Source: each authority's `regime` in the
    register of authorities.
    """
    known = [_regimes_of_authorities().get(responder, "") for responder in responders]
    scottish = any(regime.startswith("FOISA") for regime in known)
    elsewhere = any(regime.startswith("FOIA") for regime in known) and not scottish
    if not scottish and not elsewhere:
        scottish = named[FOISA] > 0 and named[FOISA] >= named[FOIA]
    if named[EIR]:
        return EIR_SCOTLAND if scottish else EIR
    return FOISA if scottish else FOIA
