"""What trainings say of themselves has Portuguese words: every sentence that the models' code can write."""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from eshop_dagster.dashboard.gate_words import decision_words, gate_words
from eshop_dagster.dashboard.texts import CATALOGUE, Texts
from eshop_dagster.ml import cutoffs, slices
from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.revenue import fit as revenue_fit
from eshop_dagster.ml.revenue import notes, panel
from eshop_dagster.ml.revenue.effects import Effects
from eshop_dagster.ml.revenue.feast_days import special_days
from eshop_dagster.ml.revenue.panel import Panel
from eshop_dagster.ml.revenue.params import RevenueParams
from eshop_dagster.ml.segmentation import SegmentationParams, judge, result
from eshop_dagster.ml.segmentation.params import TooFewCustomersError
from eshop_dagster.ml.spend import SpendParams, splitting
from eshop_dagster.ml.spend import result as spend_result
from eshop_dagster.ml.spend.parts import LABEL_FREE
from eshop_dagster.stages.register import note_obstacle

PT = Texts("pt")
MARK = CATALOGUE["models.original"][0].partition("{")[0]
SPEND, REVENUE, SEGMENTS = SpendParams(horizon_days=90), RevenueParams(), SegmentationParams()
KEPT = ("version 3 stays champion", "there is no champion yet", "the champion, if any, stays")


def told_by(error: type[Exception], call: Callable[[], object]) -> str:
    with pytest.raises(error) as raised:
        call()
    return str(raised.value)


def obstacles() -> Iterator[str]:
    rows = SPEND.minimum_rows
    for values in (np.ones(rows - 1), np.zeros(rows), np.full(rows, 12.5)):
        for name in ("training", "judged"):
            found = splitting.obstacle_in(name, values, SPEND)
            assert found is not None
            yield found
            yield f"There is no spend model: {found}."
    for last in (date(2024, 1, 1), date(2024, 3, 1)):
        yield told_by(ValueError, lambda last=last: cutoffs.plan_cutoffs(date(2024, 1, 1), last, horizon_days=90))  # type: ignore[misc]
    for customers in (pd.DataFrame({"a": [1.0]}), pd.DataFrame({"a": [1.0] * SEGMENTS.minimum_customers})):
        yield told_by(TooFewCustomersError, lambda frame=customers: judge.require_customers(frame, SEGMENTS))  # type: ignore[misc]


def verdicts() -> Iterator[str]:
    for windows, error in ((1, 50.0), (3, 1300.5)):
        best = {"rmse_brl": 100.0, "mae_brl": 40.0, "calibration_ratio": 1.0}
        own = {"rmse_brl": error, "mae_brl": 41.0, "calibration_ratio": 0.8}
        apart = Interval(error - 100, error - 110, error - 90)
        for parts, is_confirmed in ((8, True), (1, False)):
            apart = replace(apart, is_confirmed=is_confirmed)
            yield spend_result.verdict({"weighted_mean": own, "bg_nbd": best}, "bg_nbd", apart, windows, parts)
    yield "There is no spend model: no part could be fitted."
    yield "xgboost weighs nothing: ArithmeticError."
    yield f"No label was known before the judged rows: only what needs none serves, {LABEL_FREE[0]}."
    yield "bg_nbd is the best baseline that ranks customers."
    for error in (0.5, 1.0, 2.0):
        own = {"mase": error, "mase_28_days": error, "total_28_days_error_pct": 7.25, "month_error_pct": 6.0}
        against = Interval(error - 1, error - 1.1, error - 0.9)
        yield revenue_fit.reason_of(52, "mean", "year_ago", own, {"mase": 1.0, "mase_28_days": 1.0}, against)
    counts = pd.DataFrame({"segment_count": [4, 5], "is_chosen": [True, False], "silhouette": [0.3, 0.2]})
    lane = {"segment_count": 3.0, "silhouette": 0.4, "stability": 0.9, "largest_share": 0.5, "noise_share": 0.1}
    for admissible, is_lane, found, silhouette in (
        (True, True, 0.4, 0.3),
        (False, False, 0.1, 0.1),
        (True, True, 0.1, 0.2),
    ):
        metrics = {"silhouette": silhouette, "value_separation": 0.4}
        own = {**lane, "silhouette": found, "is_admissible": is_lane}
        yield result.explain_choice(
            counts.assign(is_admissible=admissible), own, metrics, {**metrics, "silhouette": 0.2}
        )
    yield result.explain_choice(
        counts.assign(is_admissible=True), {**lane, "silhouette": np.nan, "is_admissible": False}, metrics, metrics
    )


def revenue_sentences() -> Iterator[str]:
    short = Panel(date(2024, 3, 5).toordinal(), ("SP",), np.ones((40, 1)), np.ones((40, 1)))
    for known in (short, Panel(short.first, ("SP",), np.ones((1, 1)), np.ones((1, 1)))):
        yield revenue_fit._without_forecast(known, REVENUE).reason
    long = Panel(date(2023, 1, 2).toordinal(), ("SP",), np.zeros((400, 1)), np.zeros((400, 1)))
    names = sorted({name for name in special_days(long.days, frozenset({long.first + 100})) if name})
    events = Effects(closed_weekdays=(0, 1, 2, 3, 4, 5, 6), closed_events=tuple(names), closes_on_holidays=True)
    silent = replace(long, revenue=(np.arange(400) != 200.0)[:, None] * 1.0)
    for effects in (events, Effects()):
        for one in (short, long, silent):
            yield from notes.notes_of(one, frozenset(), effects)
    days = pd.date_range("2024-01-01", periods=400)
    sold = [1.0 if day < 5 or day == 60 else 1000.0 if day > 60 else 0.0 for day in range(400)]
    history = pd.DataFrame({"date": days, "state": "SP", "revenue_brl": sold, "order_count": sold})
    yield from panel.read_panel(history, days[-10].date()).notes
    yield from panel.read_panel(history[60:], days[-2].date()).notes


ALL = {kind.__name__: sorted(set(kind())) for kind in (obstacles, verdicts, revenue_sentences)}
WRITERS: tuple[tuple[ModuleType, tuple[str, ...]], ...] = (
    (splitting, ("obstacle_in",)),
    (judge, ("require_customers",)),
    (spend_result, ("verdict",)),
    (revenue_fit, ("reason_of", "_without_forecast")),
    (notes, ("notes_of", "_months", "_closed", "_silent", "_black_fridays")),
    (panel, ("read_panel",)),
    (result, ("explain_choice", "_lane_verdict")),
)


def is_portuguese(told: str) -> bool:
    english = re.search(r"\b(the|of|than|with|rows|days|needs|stays|expected|lower|known)\b", told)
    return not told.startswith(MARK) and english is None


@pytest.mark.parametrize("sentence", [one for found in ALL.values() for one in found])
def test_a_training_tells_in_portuguese_why_it_has_no_champion(sentence: str) -> None:
    assert is_portuguese(gate_words(sentence, PT)), gate_words(sentence, PT)
    for kept in KEPT:
        assert is_portuguese(decision_words(f"{sentence}; {kept}", PT))
        rule = "not worse than the best baseline"
        asked = f"{rule}: {sentence.rstrip('.')}, expected a model that is worth something; {kept}"
        told = decision_words(asked, PT)
        assert is_portuguese(told) and told.startswith("não pior que a melhor referência: ")


@pytest.mark.parametrize(("module", "names"), WRITERS, ids=lambda one: getattr(one, "__name__", ""))
def test_every_sentence_that_the_code_writes_was_asked_for_above(module: ModuleType, names: tuple[str, ...]) -> None:
    seen = " ".join(one for found in ALL.values() for one in found)
    for name in names:
        for piece in pieces(getattr(module, name)):
            assert piece in seen, f"{module.__name__}.{name} writes {piece!r}"


def pieces(function: Any) -> Iterator[str]:
    """Yield the parts of three words or more that a function's sentences are made of, its docstring aside."""
    tree = ast.parse(inspect.getsource(function)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    for node in ast.walk(ast.Module(tree.body[1:] if ast.get_docstring(tree) else tree.body, [])):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value.split()) > 2:
            yield node.value.strip()


def test_the_slices_of_customers_are_named_by_kind_and_value() -> None:
    frame = pd.DataFrame({"state": ["SP", None], "app_share": [1.0, 0.0], "store_share": [0.0, 1.0]})
    members = slices._members(frame.assign(tenure_days=[10.0, 900.0], net_revenue_brl=[1.0, 2.0]))
    told = {name: gate_words(f"{name}: 171.2 against 80.5", PT).partition(":")[0] for name, _ in members}
    assert told["customers=new"] == "clientes novos" and told["worth decile=3"] == "décimo de valor 3"
    assert told["region=unknown"] == "região não informado" and told["channel=app"] == "canal Aplicativo"
    assert not [name for name in told.values() if "=" in name or is_portuguese(name) is False]
    assert gate_words("state=AC: 1.2 against 0.8", PT) == "estado AC: 1,2 ante 0,8"


def test_a_refused_obstacle_and_the_champion_that_stays_are_told_together() -> None:
    told = decision_words("only 40 training rows; a model needs 200; the champion, if any, stays", PT)
    assert told == "só 40 linhas de treino; um modelo precisa de 200; o campeão, se houver, continua"
    assert "the champion, if any, stays" in inspect.getsource(note_obstacle)
    slices_fall = (
        "no slice collapses: region=Sul: 1.5 against 1; customers=old: 2 against 1, expected no slice more than "
    )
    assert decision_words(slices_fall + "30% worse; version 3 stays champion", PT) == (
        "nenhum grupo piora demais: região Sul: 1,5 ante 1; clientes antigos: 2 ante 1, esperado: nenhum grupo mais de "
        "30% pior; a versão 3 continua campeã"
    )


def test_an_unknown_reason_is_marked_whole_and_english_readers_see_every_word() -> None:
    assert decision_words("the moon is full; there is no champion yet", PT).startswith(MARK)
    assert decision_words("some rows; there is no champion yet", Texts("en")) == "some rows; there is no champion yet"


def test_a_baseline_that_steps_in_and_a_first_champion_are_told() -> None:
    assert gate_words("judged on 41 days, scaled to 90", PT) == "avaliado em 41 dias, convertidos a 90"
    first = "rmse_brl 70 against 80 of bg_nbd (+12.5%; difference -12 to -8); it is the first champion"
    told = "RMSE (R$) 70 ante 80 de bg_nbd (+12,5%; diferença de -12 a -8); é o primeiro campeão"
    assert gate_words(first, PT) == told
    steps = "the best baseline steps in, for what was trained is refused (not worse than the best baseline); " + first
    entered = "a melhor referência entra, pois o que foi treinado não passou (não pior que a melhor referência); "
    assert decision_words(steps, PT) == entered + told
