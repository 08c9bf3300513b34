"""Mail to those who look after the warehouse: when a task has failed for good, and when a run is late.

The mail goes through the Airflow connection `songplays_smtp`, its sender is that of the connection (`from_email` in the
extra). Without the connection the same words go to the log, as an error.
"""

from __future__ import annotations

import html
import logging
from typing import Any

CONNECTION = "songplays_smtp"

log = logging.getLogger(__name__)


def mail_failure(context: Any) -> None:
    """For `on_failure_callback`: who, when, and why, with the rows that a quality check has named."""
    instance = context["task_instance"]
    subject = f"{instance.dag_id}: {instance.task_id} failed"
    words = f"Run {context['run_id']}, attempt {instance.try_number}: {context.get('exception')}"
    if context["conn"].get(CONNECTION, None) is None:
        log.error("%s. %s (no connection %r, so nobody is told by mail)", subject, words, CONNECTION)
        return
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    with SmtpHook(CONNECTION) as hook:
        hook.send_email_smtp(
            to=context["params"]["alert_to"], subject=subject, html_content=f"<p>{html.escape(words)}</p>"
        )


async def mail_lateness(alert_to: str, **kwargs: Any) -> None:
    """For a deadline, in the triggerer: the run has not ended in time. It may still end."""
    run = kwargs.get("context", {}).get("dag_run", {})
    subject = f"songplays_warehouse: the run {run.get('dag_run_id', '')} is late"
    from airflow.providers.common.compat.sdk import AirflowException
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    try:
        async with SmtpHook(CONNECTION) as hook:
            await hook.asend_email_smtp(to=alert_to, subject=subject, html_content="<p>It has not ended in time.</p>")
    except AirflowException:
        log.exception("%s (and nobody could be told by mail)", subject)
