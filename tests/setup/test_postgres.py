"""The tests' own PostgreSQL is real, private and new for each test."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.real.postgres import Postgres


def tables(url: str) -> int:
    with create_engine(url, poolclass=NullPool).begin() as db:
        found = db.execute(text("select count(*) from pg_tables where schemaname = 'public'"))
        return int(found.scalar_one())


def make_a_table(url: str) -> None:
    with create_engine(url, poolclass=NullPool).begin() as db:
        db.execute(text("create table bell (rung timestamptz)"))


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_an_empty_database_of_its_own(postgres_url: str, turn: str) -> None:
    assert tables(postgres_url) == 0
    make_a_table(postgres_url)
    assert tables(postgres_url) == 1


def test_a_template_is_filled_once_and_copied_each_time(postgres: Postgres) -> None:
    filled: list[str] = []

    def fill(url: str) -> None:
        filled.append(url)
        make_a_table(url)

    copies = [postgres.copy_of("with_a_bell", fill) for _ in range(3)]
    assert [tables(postgres.url(name)) for name in copies] == [1, 1, 1]
    assert len(filled) == 1
    for name in copies:
        postgres.drop(name)


def test_it_listens_on_no_tcp_port(postgres_url: str) -> None:
    with create_engine(postgres_url, poolclass=NullPool).begin() as db:
        assert db.execute(text("show listen_addresses")).scalar_one() == ""
