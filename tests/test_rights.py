"""Who may not write changes nothing, by whatever way: of a published graph, and of a plain store."""

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from attacks import Attack
from conftest import CASES, built, serving
from intruders import BEYOND, INSERT, KEYS, STRANGERS, UPDATE, keyed
from qgraph import commit, tokens, versions
from qgraph.settings import Settings
from test_attacks import INNARDS, send, some

Attempt = tuple[Attack, set[int]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name, attempts in (("stranger", STRANGERS), ("beyond", BEYOND)):
        if name in metafunc.fixturenames:
            chosen = some([*attempts], metafunc.config)
            metafunc.parametrize(name, chosen, ids=[str(number) for number in range(len(chosen))])


@dataclass(frozen=True)
class House:
    """A running server, its store, and tokens by what they are."""

    address: str
    store: Path
    tokens: dict[str, str]

    def send(self, attempt: Attack) -> tuple[int, str]:
        """Send *attempt* with the tokens filled in."""
        target, body = self._filled(attempt.target), self._filled(attempt.body.decode("latin-1"))
        headers = {name: self._filled(value) for name, value in attempt.headers.items()}
        return send(self.address, Attack(attempt.method, target, headers, body.encode("latin-1")))

    def _filled(self, text: str) -> str:
        for name, secret in self.tokens.items():
            text = text.replace(f"{{{name}}}", secret)
        return text

    def state(self) -> tuple[int, str, list[int]]:
        number = versions.current(self.store)
        return number, versions.describe(self.store, number).digest, versions.numbers(self.store)


def house_tokens(store: Path) -> dict[str, str]:
    made = {role: tokens.create(store, role, "a test")[1] for role in ("insider", "curator")}
    gone, made["revoked"] = tokens.create(store, "admin", "a test")
    tokens.revoke(store, gone.id)
    _, made["expired"] = tokens.create(store, "admin", "a test", days=-1)
    made["hash"] = hashlib.sha256(made["curator"].encode()).hexdigest()
    made["id"] = tokens.every(store)[1].id
    made["basic"] = base64.b64encode(f"curator:{made['curator']}".encode()).decode()
    return made


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("published")
    settings: Settings = built(Path(shutil.copytree(CASES / "tiny", folder / "graph")), folder / "store")
    known = house_tokens(settings.store)
    with serving(settings.graph, settings.store) as address:
        yield House(address, settings.store, known)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("plain")
    settings = Settings(graph=CASES / "tiny", store=folder / "store", bare=True)
    commit.start_bare(settings)
    known = house_tokens(settings.store)
    with serving(settings.graph, settings.store, "--bare") as address:
        yield House(address, settings.store, known)


@pytest.fixture(params=["published", "plain"])
def house(request: pytest.FixtureRequest) -> House:
    return request.getfixturevalue(request.param)


def refused(house: House, attempt: Attempt) -> None:
    attack, right = attempt
    before = house.state()
    status, said = house.send(attack)

    assert status in right, said
    assert house.state() == before
    assert not [word for word in INNARDS if word in said]
    assert not [secret for name, secret in house.tokens.items() if name != "id" and secret in said]


def test_who_has_no_right_changes_nothing(house: House, stranger: Attempt) -> None:
    refused(house, stranger)


def test_a_curator_changes_nothing_that_is_not_the_writers(published: House, beyond: Attempt) -> None:
    refused(published, beyond)


def test_there_are_enough_attempts() -> None:
    assert len(STRANGERS) + len(BEYOND) > 150
    assert {status for _, status in KEYS} == {401, 403}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
def test_a_curator_writes_to_a_plain_store(plain: House, scheme: str) -> None:
    text = f"INSERT DATA {{ <urn:a> <urn:b> '{scheme}' }}".encode()
    number, *_ = plain.state()
    headers = {"Content-Type": UPDATE, "Authorization": f"{scheme} {{curator}}"}

    assert plain.send(Attack("POST", "/sparql", headers, text))[0] == 204
    assert plain.state()[0] == number + 1


def test_a_token_that_is_taken_back_opens_nothing_at_once(plain: House) -> None:
    made, secret = tokens.create(plain.store, "curator", "a test")
    text = b"INSERT DATA { <urn:a> <urn:b> 'back' }"
    attempt = keyed(Attack("POST", "/sparql", {"Content-Type": UPDATE}, text), f"Bearer {secret}")

    assert plain.send(attempt)[0] == 204
    tokens.revoke(plain.store, made.id)
    status, said = plain.send(attempt)
    assert status == 401
    assert "has been revoked" in json.loads(said)["detail"]


def test_a_token_does_not_travel_openly_where_the_proxy_says_so(tmp_path: Path) -> None:
    settings = Settings(graph=CASES / "tiny", store=tmp_path, bare=True)
    commit.start_bare(settings)
    _, secret = tokens.create(tmp_path, "curator", "a test")
    attempt = keyed(Attack("POST", "/sparql", {"Content-Type": UPDATE}, INSERT.encode()), f"Bearer {secret}")
    with serving(settings.graph, tmp_path, "--bare", "--trust-proxy") as address:
        for proto, right in (("http", 403), ("https", 204)):
            headers = attempt.headers | {"X-Forwarded-Proto": proto, "X-Forwarded-For": "192.0.2.7"}
            assert send(address, replace(attempt, headers=headers))[0] == right
