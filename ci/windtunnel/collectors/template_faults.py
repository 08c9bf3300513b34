"""What a failure says of the template that it came from."""

from __future__ import annotations

from dataclasses import replace

from windtunnel.collectors.plain_values import cut, short
from windtunnel.facts import FailureFacts


def with_template(failure: FailureFacts, error: BaseException) -> FailureFacts:
    """The failure, with the field that could not be rendered and its template where that is what failed."""
    from windtunnel.airflow_compat.templates import redacted, template_at_fault

    if (fault := template_at_fault(error)) is None:
        return failure
    field, template = fault
    first, _, rest = failure.message.partition("\n")
    where = f"in the template field {field!r}: {cut(redacted(short(template), field))!r}"
    return replace(failure, message="\n".join(filter(None, [f"{first}, {where}", rest])))
