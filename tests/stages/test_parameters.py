"""`params.yaml` is read whole: what is unknown or of the wrong type is refused by its name."""

import re
from datetime import date
from pathlib import Path

import pytest

from eshop_dagster.adapters.raw_store import Limits
from eshop_dagster.adapters.sources.kinds.simulated import SimulatedConfig
from eshop_dagster.ml.evidence import GateRules
from eshop_dagster.stages.model_params import check_models
from eshop_dagster.stages.parameters import CutoffParams, ParameterError, Params, SourceParams, load_params


def params(folder: Path, text: str) -> Params:
    path = folder / "params.yaml"
    path.write_text(text, encoding="utf-8")
    return load_params(path)


def test_the_projects_own_parameters_are_read() -> None:
    found = load_params()
    assert found.source == SourceParams(
        SimulatedConfig(customers=25_000, orders_per_day=300.0, seed=2024), date(2025, 12, 31)
    )
    assert found.raw == Limits(quarantined_share=0.10, smallest_share_kept=0.5)
    assert found.cutoffs == CutoffParams(90, 13, 30, 90)
    assert {"seed": 7, "least_segments": 4, "most_segments": 8}.items() <= found.of("segmentation").items()
    assert found.of("spend") == {"seed": 7, "fit_rows": 10_000, "xgboost": {"max_depth": 4}}
    assert GateRules.from_mapping(found.gate) == GateRules()
    assert found.releases_kept == 5


def test_the_labels_window_is_declared_by_the_cutoffs_alone(tmp_path: Path) -> None:
    assert params(tmp_path, "cutoffs: {horizon_days: 120}").cutoffs.horizon_days == 120
    with pytest.raises(ParameterError, match=r"models\.spend has horizon_days: cutoffs"):
        params(tmp_path, "models: {spend: {horizon_days: 60}}")
    for days in (0, 366):
        with pytest.raises(ParameterError, match=f"cutoffs.horizon_days is {days}, expected 7 to 365: correct it"):
            params(tmp_path, f"cutoffs: {{horizon_days: {days}}}")


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    assert params(tmp_path, "{}") == Params()
    assert params(tmp_path, "raw: {quarantined_share: 0.2}").raw == Limits(0.2, 0.5)
    assert params(tmp_path, "release: {kept: 9}").releases_kept == 9
    assert params(tmp_path, "{}").models == {"segmentation": {}, "spend": {}, "revenue": {}}
    assert params(tmp_path, "models: {spend:, revenue: {seed: 3}}").models == {"spend": {}, "revenue": {"seed": 3}}


@pytest.mark.parametrize("day", ["2024-05-01", '"2024-05-01"'])
def test_a_day_may_be_quoted_or_not(tmp_path: Path, day: str) -> None:
    assert params(tmp_path, f"source: {{first_day: {day}}}").source.config.first_day == date(2024, 5, 1)


def test_a_whole_number_will_do_where_a_share_is_expected(tmp_path: Path) -> None:
    assert params(tmp_path, "raw: {quarantined_share: 1}").raw.quarantined_share == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "sauce: {}",
            r"params\.yaml has the unknown sections \['sauce'\]: expected some of \['cutoffs', 'drift', 'gate', 'm",
        ),
        ("raw: {share: 1}", r"section raw has the unknown parameters \['share'\]: it knows \['quarantined_share', 'sm"),
        ("release: {keep: 3}", r"section release has the unknown parameters \['keep'\]: it knows \['kept', 'expl"),
        ("source: {seed: 7, sid: 8}", r"source\.sid is unknown: the source simulated knows customers"),
        ("source: {customers: many}", r"source\.customers is 'many', expected a whole number"),
        ("source: {customers: 1.5}", r"source\.customers is 1\.5, expected a whole number"),
        ("source: {seed: true}", r"source\.seed is True, expected a whole number"),
        ("source: {kind: 7}", r"source\.kind is 7: expected one of simulated"),
        ("source: {first_day: soon}", r"source\.first_day is 'soon', expected a day such as \"2024-01-01\""),
        ("cutoffs: {horizon_days: -5}", r"cutoffs\.horizon_days is -5, expected 7 to 365: correct it"),
        ("cutoffs: {training_cutoffs: 0}", r"cutoffs\.training_cutoffs is 0, expected 1 to 60"),
        ("cutoffs: {sample_customers: -1}", r"cutoffs\.sample_customers is -1, expected 100 to"),
        ("raw: {quarantined_share: .nan}", r"raw\.quarantined_share is nan, expected 0 to 1: correct it"),
        ("raw: {smallest_share_kept: .inf}", r"raw\.smallest_share_kept is inf, expected 0 to 1"),
        ("raw: {quarantined_share: 10}", r"raw\.quarantined_share is 10, expected 0 to 1"),
        ("source: {orders_per_day: -300}", r"source\.orders_per_day is -300, expected 0\.01 to"),
        ("release: {kept: 0}", r"release\.kept is 0, expected 1 to 1000"),
        ("raw: {}\ngate: {}\nraw: {}", r"raw stands there twice, expected once: keep one"),
        ("cutoffs: {horizon_days: 90, horizon_days: 30}", r"horizon_days stands there twice"),
        ("cutoffs: {horizon_days: '90'}", r"cutoffs\.horizon_days is '90', expected a value of type int"),
        ("raw: {quarantined_share: 10%}", r"raw\.quarantined_share is '10%', expected a value of type float"),
        ("release: {kept: few}", r"release\.kept is 'few', expected a value of type int"),
        ("release:", r"section release is None, expected parameters with values"),
        ("source: [simulated]", r"section source is \['simulated'\], expected parameters with values"),
        ("source: {kind: nonsense}", r"source\.kind is 'nonsense': expected one of simulated, olist, report"),
        (
            "source: {first_day: 2024-05-02, last_day: 2024-05-01}",
            r"source\.last_day is 2024-05-01: expected 2024-05-02 \(first_day\) or later",
        ),
        ("models: {spend: 7}", r"models\.spend is 7, expected parameters with values"),
        ("models:", r"section models is None, expected parameters with values"),
        (
            "models: {wine: {}}",
            r"section models has the unknown kinds \['wine'\]: expected some of \('segmentation', 'sp",
        ),
        (
            "spend: {seed: 7}",
            r"has the sections \['spend'\] at its top, expected them in the section models: move them",
        ),
        ("", r"params\.yaml holds None, expected sections with parameters: restore it from git"),
        ("- raw", r"params\.yaml holds \['raw'\], expected sections"),
        ("raw: {", r"params\.yaml cannot be read \(.*: restore it from git"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name_and_value(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ParameterError, match=f"(?s){message}"):
        params(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "models: {spend: {xgboost: {n_estimators: -5}}}",
            "section models.spend: XGBoostParams.n_estimators is -5; expected 1 to 10000",
        ),
        (
            "models: {spend: {xgboost: {learning_rate: -0.1}}}",
            "learning_rate is -0.1; expected 0.0001 to 1",
        ),
        ("models: {spend: {xgboost: {subsample: 7}}}", "XGBoostParams.subsample is 7.0; expected 0.01 to 1"),
        ("models: {spend: {linear: {alpha: -1}}}", "LinearParams.alpha is -1.0; expected 0 or more"),
        ("models: {spend: {two_part: {max_iter: 0}}}", "TwoPartParams.max_iter is 0; expected 1 or more"),
        ("models: {spend: {minimum_rows: -5}}", "SpendParams.minimum_rows is -5; expected 1 to 50000"),
        ("models: {spend: {seed: -1}}", "section models.spend: seed is -1; expected a whole number from 0"),
        ("models: {revenue: {seed: x}}", "section models.revenue: seed is 'x'; expected a whole number from 0"),
        (
            "models: {segmentation: {seed: true}}",
            "models.segmentation: seed is True; expected a whole number",
        ),
        ("models: {segmentation: {n_init: 0}}", "SegmentationParams.n_init is 0; expected 1 or more"),
        ("gate: {slice_rows: -4}", "section gate: GateRules.slice_rows is -4; expected 1 or more"),
        ("gate: {largest_psi: -1}", "GateRules.largest_psi is -1.0; expected 0 or more"),
        ("gate: {least_stability: -2}", "GateRules.least_stability is -2.0; expected -1 to 1"),
        ("drift: {within_days: 0}", "section drift: DriftParams.within_days is 0; expected"),
    ],
)
def test_the_models_own_sections_are_checked_before_any_work(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(message)):
        check_models(params(tmp_path, text))


def test_the_projects_own_model_parameters_are_sound() -> None:
    check_models(load_params())


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"params\.yaml cannot be read .*: restore it from git"):
        load_params(tmp_path / "params.yaml")


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_bytes("# são\n".encode("latin-1"))
    with pytest.raises(ParameterError, match=r"params\.yaml cannot be read"):
        load_params(tmp_path / "params.yaml")


def test_a_models_digest_follows_its_own_parameters_and_the_cutoffs_only() -> None:
    base = Params(models={"spend": {"seed": 7, "fit_rows": 5000}, "segmentation": {"seed": 7}})
    digest = base.digest("spend")
    assert len(digest) == 16
    other = {"spend": {"fit_rows": 5000, "seed": 7}, "segmentation": {"seed": 8}}
    assert Params(models=other).digest("spend") == digest
    assert Params(models=base.models, releases_kept=1, raw=Limits(0.5)).digest("spend") == digest
    assert Params(models={"spend": {"seed": 8, "fit_rows": 5000}}).digest("spend") != digest
    assert Params(models=base.models, cutoffs=CutoffParams(horizon_days=30)).digest("spend") != digest
    assert base.digest("segmentation") != digest
