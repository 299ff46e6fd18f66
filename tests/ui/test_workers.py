"""Fits run in processes of their own, which may die without harm."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

import retention_core as rc
from retention_core.clv import Fits
from retention_ui import queries, workers
from retention_ui.questions import FITTED, QUESTIONS
from retention_ui.questions.chosen import Slice


@pytest.fixture
def pool():
    made = workers.start()
    yield made
    made.shutdown(kill_workers=True)


def asked(sample, pool, question, **parameters):
    return workers.begin(pool, sample, (question, Slice(), parameters)).result()


def test_a_worker_answers_as_the_server_would(sample, pool):
    there = asked(sample, pool, "fits", model="bg/nbd")
    here = rc.clv.fits(sample.open_orders())
    assert isinstance(there, Fits)
    # Threads add money up in any order: the last digits of spend are not the same.
    assert there.timing.to_json() == here.timing.to_json()
    assert there.spend.params.to_numpy() == pytest.approx(here.spend.params, rel=1e-6)


def test_a_worker_is_another_process(pool):
    assert pool.submit(os.getpid).result() != os.getpid()


def test_workers_that_died_are_replaced(sample):
    shop = queries.Shop(sample)
    expected = queries.ask(shop, "fits", model="bg/nbd").timing.to_json()
    queries.forget()
    with pytest.raises(Exception, match="terminated"):
        queries._workers().submit(os._exit, 1).result()
    found = queries.ask(shop, "fits", model="bg/nbd").timing.to_json()
    assert found == expected


def test_what_was_begun_is_what_is_answered(sample):
    shop = queries.Shop(sample)
    queries.forget()
    queries.begin(shop, "fits", model="mbg/nbd")
    assert queries.ask(shop, "fits", model="mbg/nbd").timing.model == "mbg/nbd"


def test_what_is_wrong_with_a_question_comes_back_as_it_is(sample, pool):
    with pytest.raises(rc.clv.errors.UnknownModelError, match="arima"):
        asked(sample, pool, "fits", model="arima")


def test_several_may_ask_at_once(sample):
    shop = queries.Shop(sample)
    names = ["bg/nbd", "mbg/nbd", "bg/nbd", "mbg/nbd"]
    with ThreadPoolExecutor(4) as threads:
        found = list(
            threads.map(lambda name: queries.ask(shop, "fits", model=name), names)
        )
    assert [each.timing.model for each in found] == names
    assert found[0].to_json() == found[2].to_json()  # asked once


def test_every_question_for_the_workers_is_a_question():
    assert set(FITTED) <= set(QUESTIONS)
