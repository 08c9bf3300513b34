"""Node function that sends mail, or changes things on another machine, and is no saver.

## What it does
Reports a function that is about to send mail (smtplib), or an HTTP request that changes something (PUT, PATCH, DELETE,
by http.client, urllib3 or httpx, and so by urllib, requests, boto3), when it is tried: windtunnel lets it reach no
network, and looks at what it was kept from. Loaders, savers and functions that return nothing are left out. GET only
asks, and POST may: they are not reported. Nor is what the function tries only for values that it is not given, or what
libraries send that are not written in Python.

## Why is this bad?
A node is expected to compute and nothing else: Hamilton may skip it (its cache holds the result), and Airflow may
repeat it with the task that it is in. Then nothing is sent, or twice, and nobody who reads the graph knows of it.

## What to do
Return what is to be sent, and let a function with `@datasaver()`, or a task of its own, send it.
"""

from __future__ import annotations

from collections.abc import Iterator

from windtunnel.checks import check
from windtunnel.checks._counterexamples import counterexamples
from windtunnel.facts import Property, PropertyFacts
from windtunnel.findings import Complaint, Severity

FAILING = """\
import http.client

from hamilton.function_modifiers import tag


@tag(stage="report")
def headline(gusts: int) -> str:
    text = f"{gusts} gusts"
    http.client.HTTPConnection("reports.example.org").request("PUT", "/headline", text)  # WT617
    return text
"""
PASSING = """\
import http.client

from hamilton.function_modifiers import datasaver, tag


@tag(stage="report")
def headline(gusts: int) -> str:
    return f"{gusts} gusts"


@datasaver()
def sent_headline(headline: str) -> dict:
    http.client.HTTPConnection("reports.example.org").request("PUT", "/headline", headline)
    return {"length": len(headline)}
"""


@check(
    "WT617",
    on=PropertyFacts,
    severity=Severity.WARNING,
    remedy="return what is to be sent, and let a function with @datasaver() or a task of its own send it",
)
def sending_node(node: PropertyFacts) -> Iterator[Complaint]:
    return counterexamples(node, to=Property.NOTHING_SENT)
