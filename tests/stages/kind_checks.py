"""`check_kind`: what every kind of model must hold, in the manner of scikit-learn's estimator checks.

Each check takes a `Case`, and fails by an assertion that names what is wrong.
"""

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
from matplotlib.text import Text

from eshop_dagster.adapters.model_file import model_bytes, open_model, types_held
from eshop_dagster.adapters.registry import LoadedModel, ModelVersion
from eshop_dagster.ml.evidence import Evidence, GateRules
from eshop_dagster.ml.gate import judge
from eshop_dagster.shop import Shop
from eshop_dagster.stages.kind import Kind, digest
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.preparation import train
from eshop_dagster.stages.published import Table
from eshop_dagster.stages.snapshot import Snapshot
from eshop_dagster.stages.trained import Trained

PLACE = re.compile(r"\{(\w+)\}")
LABEL = "spend_in_window_brl"
GB = Shop("GB", "ENG", "GBP", "Europe/London")
BRAZILIAN = re.compile(r"R\$|BRL|Bra[sz]il|Paulo|\b(?:BR|SP|RJ)\b")


@dataclass(frozen=True)
class Case:
    """A kind, and a model of it that was trained on a small home."""

    kind: Kind
    platform: Platform
    snapshot: Snapshot
    trained: Trained

    @property
    def champion(self) -> LoadedModel:
        """The model as scoring is given it."""
        tags = {"personas": "[]"}
        version = ModelVersion(self.kind.name, 1, "run", tags)
        return LoadedModel(pipeline=self.trained.pipeline, version=version)

    def features(self) -> pd.DataFrame:
        """The customers of the scoring day, with key and day."""
        return self.snapshot.scoring()


def case_of(kind: Kind, platform: Platform, snapshot: Snapshot) -> Case:
    return Case(kind, platform, snapshot, train(kind, snapshot, platform.params))


def trains_a_model_of_its_class_with_the_measures_that_decide(case: Case) -> None:
    trained, metric = case.trained, case.kind.metric
    assert trained.pipeline is not None, trained.reason
    assert trained.model == case.kind.name and type(trained.pipeline).__name__ == case.kind.model_class
    assert math.isfinite(trained.metrics[metric]) and math.isfinite(trained.baseline_metrics[metric])
    assert trained.reason and trained.training_rows > 0
    assert trained.input_example is not None and "seed" in trained.reports["parameters"]
    assert bool(trained.profile) == case.kind.has_features


def refuses_a_parameter_that_it_does_not_know(case: Case) -> None:
    models = {**case.platform.params.models, case.kind.name: {"no_such_parameter": 1}}
    try:
        train(case.kind, case.snapshot, replace(case.platform.params, models=models))
    except ValueError as error:
        assert "no_such_parameter" in str(error)
    else:
        raise AssertionError("an unknown parameter was ignored")


def gives_the_same_bytes_twice(case: Case) -> None:
    again = train(case.kind, case.snapshot, case.platform.params)
    assert model_bytes(again.pipeline) == model_bytes(case.trained.pipeline)
    assert again.all_metrics() == case.trained.all_metrics()
    said = [digest(case.kind.predict(one.pipeline, case.snapshot)) for one in (again, case.trained)]
    assert said[0] == said[1]


def says_the_same_after_its_file_was_opened(case: Case) -> None:
    content = model_bytes(case.trained.pipeline)
    opened = open_model(content, trusted_types=types_held(content))
    said = [digest(case.kind.predict(model, case.snapshot)) for model in (opened, case.trained.pipeline)]
    assert said[0] == said[1]


def predicts_numbers_only(case: Case) -> None:
    said = case.kind.predict(case.trained.pipeline, case.snapshot)
    assert len(said) and all(said[name].dtype.kind in "fiub" for name in said.columns)


def scores_parts_as_the_whole(case: Case) -> None:
    if case.kind.customers is None:
        return
    rows = case.features()
    values = case.kind.customers.values
    whole = values(rows, case.champion)
    assert list(whole) == [column.name for column in case.kind.customers.columns[:-1]]
    parts = [values(part, case.champion) for part in (rows.iloc[:70], rows.iloc[70:])]
    for name, found in whole.items():
        joined = pd.concat([pd.Series(part[name]) for part in parts])
        np.testing.assert_array_equal(joined.to_numpy(), pd.Series(found).to_numpy())


def looks_at_nothing_that_scoring_does_not_know(case: Case) -> None:
    """The label, or sales after the last complete day, change nothing."""
    if case.kind.customers is not None:
        rows = case.features()
        clean, poisoned = (
            case.kind.customers.values(one, case.champion) for one in (rows, rows.assign(**{LABEL: 1e6}))
        )
        assert all(pd.Series(clean[name]).equals(pd.Series(poisoned[name])) for name in clean)
    if case.kind.own_tables is not None:
        clean_tables, poisoned_tables = (
            case.kind.own_tables.fill(case.platform, one, case.champion) for one in (case.snapshot, Poisoned.of(case))
        )
        assert clean_tables == poisoned_tables


class Poisoned(Snapshot):
    """The snapshot with sales of a million on the days that are not complete yet."""

    @classmethod
    def of(cls, case: Case) -> "Poisoned":
        return cls(case.snapshot.folder, case.snapshot.description)

    def history(self) -> pd.DataFrame:
        """Return the history, which goes on after the last complete day."""
        days = super().history()
        late = days.tail(2).assign(
            date=pd.Timestamp(self.last_complete_day) + pd.Timedelta(days=1), revenue_brl=1e6, order_count=1_000
        )
        return pd.concat([days, late], ignore_index=True)


def is_kept_out_where_nothing_was_measured(case: Case) -> None:
    nothing = Evidence(metric=case.kind.metric, is_lower_better=case.kind.is_lower_better)
    assert not judge(nothing, GateRules()).is_promoted
    compared = case.kind.compare(case.trained, None, case.snapshot, case.platform.params)
    assert compared.baseline_name and compared.against_baseline is not None
    unread = replace(nothing, challenger=case.trained.metrics[case.kind.metric], loads_equally=None)
    assert not judge(unread.with_comparison(compared), GateRules()).is_promoted


def is_compared_with_itself_as_an_equal(case: Case) -> None:
    compared = case.kind.compare(case.trained, case.trained.pipeline, case.snapshot, case.platform.params)
    assert compared.difference is not None and compared.champion is not None
    assert compared.difference.lower <= 1e-9 and compared.difference.upper >= -1e-9


def has_words_in_both_languages(case: Case) -> None:
    kind = case.kind
    assert kind.question.endswith(".") and kind.description.endswith("?") and kind.libraries
    names = [measure.name for measure in kind.measures]
    assert len(names) == len(set(names))
    for words in (kind.title, *(text for one in kind.measures for text in (one.title, one.meaning))):
        assert words.pt.strip() and words.en.strip()
        assert sorted(PLACE.findall(words.pt)) == sorted(PLACE.findall(words.en))
        assert set(PLACE.findall(words.pt)) <= {"currency", "window"}


def has_a_card_that_renders_in_the_shops_currency(case: Case) -> None:
    card = case.kind.card(case.trained.pipeline, GB)
    page = card.readme(case.champion.version, case.kind.question, ["skops==1"])
    page += json.dumps([card.inputs, card.outputs]) + card.example.to_csv()
    assert case.kind.question in page and not BRAZILIAN.search(page)
    assert case.kind.has_segments or '"unit": "GBP"' in page
    assert card.inputs and card.outputs and all(one["description"] for one in (*card.inputs, *card.outputs))
    assert set(card.example.columns) >= {one["name"] for one in card.inputs}
    compile(card.code, "example.py", "exec")


def names_the_shops_currency_in_plots_and_reasons(case: Case) -> None:
    """The snapshot is said to be of a British shop."""
    for trained in (case.trained, case.trained.stand_in):
        if trained is not None:
            said = [part.get_text() for figure in trained.figures.values() for part in figure.findobj(Text)]
            assert not BRAZILIAN.search("\n".join([trained.reason, *said]))
            assert not trained.figures or any("GBP" in text for text in said)


def publishes_what_its_schemas_declare(case: Case) -> None:
    kind = case.kind
    tables: list[Table] = [*(kind.customers.tables if kind.customers else ())]
    if kind.own_tables is not None:
        tables += kind.own_tables.tables
        for champion in (case.champion, None):
            filled = kind.own_tables.fill(case.platform, case.snapshot, champion)
            assert list(filled) == [table.name for table in kind.own_tables.tables]
            assert all(filled[table.name].schema == table.schema for table in kind.own_tables.tables)
            assert champion is not None or not any(rows.num_rows for rows in filled.values())
    for table in tables:
        assert table.description.endswith(".") and len(table.descriptions) == len(table.columns)
        assert all(column.description.endswith(".") for column in table.columns)
    if kind.customers is not None:
        last = kind.customers.columns[-1]
        assert last.name == f"{kind.name}_model_version" and last.type == pa.int32()


CHECKS: tuple[Callable[[Case], None], ...] = (
    trains_a_model_of_its_class_with_the_measures_that_decide,
    refuses_a_parameter_that_it_does_not_know,
    gives_the_same_bytes_twice,
    says_the_same_after_its_file_was_opened,
    predicts_numbers_only,
    scores_parts_as_the_whole,
    looks_at_nothing_that_scoring_does_not_know,
    is_kept_out_where_nothing_was_measured,
    is_compared_with_itself_as_an_equal,
    has_words_in_both_languages,
    has_a_card_that_renders_in_the_shops_currency,
    names_the_shops_currency_in_plots_and_reasons,
    publishes_what_its_schemas_declare,
)
