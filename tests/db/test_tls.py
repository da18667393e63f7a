"""A PostgreSQL with TLS and passwords: what libpq's options ask for is what happens."""

import asyncio
import datetime
import ipaddress
import shutil
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import text

from hcai_app.db import faults
from hcai_app.db.engine import Database
from tests.harness.cluster import Cluster
from tests.harness.databases import missing

PASSWORD = "p@ss/word"
WRITTEN = "p%40ss%2Fword"
IS_TLS = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


def make_certificate(folder: Path, name: str) -> Path:
    """Write a certificate of 127.0.0.1 that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / f"{name}.key").write_bytes(key.private_bytes(pem, form, plain))
    (folder / f"{name}.crt").write_bytes(made.public_bytes(pem))
    return folder / f"{name}.crt"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if not Cluster.is_possible():
        missing("PostgreSQL's initdb")
    cluster = Cluster()
    try:
        make_certificate(cluster.folder, "server")
        for name in ("server.crt", "server.key"):
            owner = cluster.folder.stat()
            shutil.chown(cluster.folder / name, owner.st_uid, owner.st_gid)
            (cluster.folder / name).chmod(0o600)
        with (cluster.folder / "postgresql.conf").open("a") as file:
            file.write("ssl = on\n")
        rules = cluster.folder / "pg_hba.conf"
        asked = (
            "hostssl all ada 127.0.0.1/32 scram-sha-256\nhostnossl all ada 127.0.0.1/32 reject\n"
        )
        rules.write_text(asked + rules.read_text())
        cluster.start()
        asyncio.run(_make_role(cluster.url))
        yield cluster
    finally:
        cluster.remove()


async def _make_role(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(f"CREATE ROLE ada LOGIN PASSWORD '{PASSWORD}'")
    await connection.close()


def url(server: Cluster, query: str, password: str = WRITTEN) -> str:
    return f"postgresql://ada:{password}@127.0.0.1:{server.port}/postgres?{query}"


async def is_over_tls(address: str) -> bool:
    database = Database(address)
    try:
        with faults.explained(database):
            return bool(await database.read(lambda it: it.scalar(text(IS_TLS)), "database"))
    finally:
        await database.close()


@pytest.mark.parametrize("mode", ["require", "prefer", "allow"])
async def test_tls_is_spoken_when_it_is_asked_for(server: Cluster, mode: str) -> None:
    assert await is_over_tls(url(server, f"sslmode={mode}&channel_binding=prefer"))


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
async def test_a_certificate_is_verified(server: Cluster, mode: str, tmp_path: Path) -> None:
    right = server.folder / "server.crt"
    assert await is_over_tls(url(server, f"sslmode={mode}&sslrootcert={right}"))
    other = make_certificate(tmp_path, "other")
    no_certificate = tmp_path / "none.crt"
    no_certificate.write_text("nothing")
    for wrong in (f"sslrootcert={other}", f"sslrootcert={no_certificate}"):
        with pytest.raises(faults.DatabaseFault, match="check sslmode and sslrootcert"):
            await is_over_tls(url(server, f"sslmode={mode}&{wrong}"))


@pytest.mark.attack
async def test_a_certificate_of_somebody_else_is_refused(server: Cluster) -> None:
    with pytest.raises(faults.DatabaseFault, match="over TLS as asked"):
        await is_over_tls(url(server, "sslmode=verify-full&sslrootcert=system"))


async def test_who_is_not_let_in_is_told_so(server: Cluster) -> None:
    for refused in (url(server, "sslmode=require", "wrong"), url(server, "sslmode=disable")):
        with pytest.raises(faults.DatabaseFault, match="check user and password") as caught:
            await is_over_tls(refused)
        assert "wrong" not in caught.value.message
        assert len(caught.value.message.splitlines()) == 1
