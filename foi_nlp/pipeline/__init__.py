"""The spaCy pipeline: components in running order, one module each.

layout -> sections -> questions -> authorities -> references -> dates -> provisions -> caveats -> observations
-> outcomes -> checks. Each reads the `Reading` of the Doc and adds to it; none knows of files.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import spacy
from spacy.tokens import Doc

from foi_nlp.resources import config_file

if TYPE_CHECKING:
    from spacy.language import Language

for _name in ("foi", "foi_grids"):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=None)

COMPONENTS = (
    "foi_layout",
    "foi_sections",
    "foi_questions",
    "foi_authorities",
    "foi_references",
    "foi_dates",
    "foi_provisions",
    "foi_caveats",
    "foi_observations",
    "foi_outcomes",
    "foi_checks",
)


def load(*, config: str = "foi", patterns: tuple[Path, ...] = ()) -> Language:
    """Build the pipeline of `configs/<config>.cfg`, with the user's folders of rules added.

    Raises ResourceError for a config that does not exist, PatternError for rules that cannot be used.
    """
    path = config_file(config)
    loaded = spacy.util.load_config(path)
    overrides: dict[str, Any] = {
        f"components.{name}.patterns": [str(folder) for folder in patterns] for name in loaded["nlp"]["pipeline"]
    }
    nlp: Language = spacy.util.load_model_from_config(spacy.util.load_config(path, overrides=overrides), auto_fill=True)
    nlp.max_length = 10_000_000
    return nlp
