"""The words that the checks of two parses share."""

from __future__ import annotations

from collections.abc import Sequence

from windtunnel.facts import Cause, DifferenceFacts, InstabilityFacts

CERTAIN = (Cause.PARSE, Cause.HASH_SEED)
"""What differs between any two processes in production, so that no two of them agree on an id."""

_MOST = 20


def told(facts: InstabilityFacts, differences: Sequence[DifferenceFacts]) -> str:
    """The message: which DAG, when, and the first difference."""
    who = f"DAG {facts.dag_id!r}" if facts.dag_id else f"{facts.location.path}"
    how = "from one parse to the next" if facts.cause is Cause.PARSE else f"with {facts.cause.value}"
    more = f" (and {len(differences) - 1} more)" if len(differences) > 1 else ""
    return f"{who} changes {how}: {differences[0].text}{more}"


def evidence(facts: InstabilityFacts, differences: Sequence[DifferenceFacts]) -> str:
    """All differences, as far as they can be read, and the lines that may make them."""
    texts = [difference.text for difference in differences[:_MOST]]
    left = [f"and {len(differences) - _MOST} more"] if len(differences) > _MOST else []
    asks = [f"{ask.location} asks for it: {ask.what}" for ask in facts.asks[:_MOST]]
    return "\n".join([*texts, *left, *dict.fromkeys(asks)])
