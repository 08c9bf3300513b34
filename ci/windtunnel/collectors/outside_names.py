"""Which calls, by their full names, open the way to another system."""

from __future__ import annotations

from functools import cache

_CALLS: dict[str, str] = {
    "aiohttp": "ClientSession request",
    "asyncpg": "connect create_pool",
    "boto3": "client resource Session session.Session",
    "clickhouse_connect": "get_client",
    "confluent_kafka": "Producer Consumer",
    "cx_Oracle": "connect",
    "elasticsearch": "Elasticsearch",
    "ftplib": "FTP FTP_TLS",
    "http.client": "HTTPConnection HTTPSConnection",
    "httpx": "get post put patch delete head options request stream Client AsyncClient",
    "imaplib": "IMAP4 IMAP4_SSL",
    "kafka": "KafkaProducer KafkaConsumer",
    "mysql.connector": "connect",
    "MySQLdb": "connect",
    "oracledb": "connect",
    "paramiko": "SSHClient Transport",
    "poplib": "POP3 POP3_SSL",
    "psycopg": "connect",
    "psycopg2": "connect",
    "pymongo": "MongoClient",
    "pymssql": "connect",
    "pymysql": "connect",
    "pyodbc": "connect",
    "pysftp": "Connection",
    "redis": "Redis StrictRedis from_url",
    "requests": "get post put patch delete head options request Session session",
    "smtplib": "SMTP SMTP_SSL",
    "snowflake.connector": "connect",
    "socket": "create_connection",
    "trino.dbapi": "connect",
    "urllib.request": "urlopen urlretrieve",
    "urllib3": "PoolManager request",
}
_CLIENTS = ("google.cloud.",)
# What these clients do if nobody tells them: they give up after 5 s (httpx), 10 s (elasticsearch), 60 s (boto3), 5 min
# (aiohttp, clickhouse_connect), and those of Amazon and Google ask again by themselves.
_TIMED = ("aiohttp.", "boto3.", "clickhouse_connect.", "elasticsearch.", "google.cloud.", "httpx.")
_REPEATING = ("boto3.", "google.cloud.")
# A folder and a shell of this machine, the list of an index, and the class that only looks connections up.
_NO_TALK = {"BaseHook", "FSHook", "PackageIndexHook", "SubprocessHook"}


def gives_up(name: str) -> bool:
    """Whether what this call opens ends a wait by itself."""
    return name.startswith(_TIMED)


def asks_again(name: str) -> bool:
    """Whether what this call opens tries more than once by itself."""
    return name.startswith(_REPEATING)


@cache
def _known() -> frozenset[str]:
    return frozenset(f"{module}.{name}" for module, names in _CALLS.items() for name in names.split())


def leads_outside(name: str) -> bool:
    """Whether a call of this full name talks to another system: a client of the network, or a hook of Airflow's."""
    last = name.rpartition(".")[2]
    is_client = name.startswith(_CLIENTS) and last.endswith("Client")
    is_hook = name.startswith("airflow.") and last.endswith("Hook") and last not in _NO_TALK
    return name in _known() or is_client or is_hook
