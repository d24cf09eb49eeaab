import os
import socket
import time
from collections.abc import Callable
from functools import partial

import pytest

from qgraph import process
from qgraph.errors import DeadlineExceeded, ProcessDied, QuerySyntaxError


def sleep_for_ever() -> None:
    while True:
        time.sleep(1)


def die() -> None:
    os.kill(os.getpid(), 9)


def fail() -> None:
    raise QuerySyntaxError("Not so.", line=3)


def test_the_result_comes_back() -> None:
    assert process.run(partial(dict, a=1), deadline=20) == {"a": 1}


def test_what_takes_too_long_is_stopped() -> None:
    with pytest.raises(DeadlineExceeded, match=r"0\.2 seconds"):
        process.run(sleep_for_ever, deadline=0.2)


def test_a_death_is_told() -> None:
    with pytest.raises(ProcessDied, match="died"):
        process.run(die, deadline=20)


def test_what_takes_too_much_memory_is_stopped() -> None:
    with pytest.raises(ProcessDied):
        process.run(partial(bytearray, 500_000_000), deadline=20, memory=50_000_000)


def test_an_error_keeps_its_kind_and_details() -> None:
    with pytest.raises(QuerySyntaxError, match="Not so") as refusal:
        process.run(fail, deadline=20)

    assert refusal.value.details == {"line": 3}


class Tally:
    """Adds up what it is given; 0 is forbidden, 1 kills it, 2 takes for ever."""

    def __init__(self) -> None:
        self.total = 0

    def add(self, number: int) -> int:
        if number < 3:
            (fail, die, sleep_for_ever)[number]()
        self.total += number
        return self.total


def tally() -> Callable[[int], int]:
    return Tally().add


def test_a_standing_process_keeps_what_it_has() -> None:
    standing = process.Standing(tally)

    assert [standing.run(number, deadline=20) for number in (10, 20, 30)] == [10, 30, 60]


def test_a_standing_process_outlives_an_error() -> None:
    standing = process.Standing(tally)
    standing.run(10, deadline=20)
    with pytest.raises(QuerySyntaxError, match="Not so"):
        standing.run(0, deadline=20)

    assert standing.run(20, deadline=20) == 30


@pytest.mark.parametrize(("number", "error"), [(1, ProcessDied), (2, DeadlineExceeded)])
def test_a_standing_process_that_ended_is_replaced(number: int, error: type[Exception]) -> None:
    standing = process.Standing(tally)
    standing.run(10, deadline=20)
    with pytest.raises(error):
        standing.run(number, deadline=1)

    assert standing.run(20, deadline=20) == 20


def reach(port: int) -> str:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError as error:
        return str(error)
    return ""


def test_a_process_that_runs_work_has_no_network() -> None:
    if not process.run(process.shut_in, deadline=20):
        pytest.skip("this system gives a process no network of its own")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert "unreachable" in process.run(partial(reach, listener.getsockname()[1]), deadline=20)
