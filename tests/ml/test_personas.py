from dataclasses import replace

import pandas as pd
import pytest

from eshop_dagster.ml.persona_kinds import BY_NAME, Ratios
from eshop_dagster.ml.personas import name_personas, segment_profile

from .builders import customer, customers


def segment(segment_id: int, **columns: float) -> dict[str, float]:
    """A segment of a tenth of the base, its means those of the base unless given."""
    means = {
        "recency_days": 100.0,
        "tenure_days": 400.0,
        "order_count": 4.0,
        "net_revenue_brl": 1000.0,
        "average_ticket_brl": 250.0,
    }
    shares = {"customer_count": columns.pop("customer_count", 100), "customer_share": 0.1, "net_revenue_share": 0.1}
    return {"segment_id": segment_id, **shares, **{f"{name}_mean": value for name, value in (means | columns).items()}}


def profile(*segments: dict[str, float]) -> pd.DataFrame:
    """The segments, and one that makes the means of the base 100 days, 400 days, 4 orders, 1,000 and 250 BRL."""
    frame = pd.DataFrame(list(segments))
    rest = segment(99)
    share = 1.0 - 0.1 * len(frame)
    for name, base in (
        ("recency_days_mean", 100.0),
        ("tenure_days_mean", 400.0),
        ("order_count_mean", 4.0),
        ("net_revenue_brl_mean", 1000.0),
        ("average_ticket_brl_mean", 250.0),
    ):
        rest[name] = (base - 0.1 * frame[name].sum()) / share
    return pd.concat([frame, pd.DataFrame([{**rest, "customer_share": share}])], ignore_index=True)


def test_a_profile_is_the_size_and_the_means_of_each_segment():
    frame = customers(
        customer("a", net_revenue_brl=100.0), customer("b", net_revenue_brl=200.0), customer("c", net_revenue_brl=900.0)
    )
    found = segment_profile(frame, [1, 1, 0]).set_index("segment_id")
    assert found["customer_count"].tolist() == [1, 2]
    assert found["customer_share"].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert found["net_revenue_share"].tolist() == pytest.approx([0.75, 0.25])
    assert found["net_revenue_brl_mean"].tolist() == [900.0, 150.0]
    assert found["recency_days_median"].tolist() == [10.0, 10.0]


def test_row_order_changes_no_profile():
    frame = customers(*(customer(f"c{place}", net_revenue_brl=float(place)) for place in range(6)))
    first = segment_profile(frame, [0, 1, 0, 1, 0, 1])
    assert segment_profile(frame[::-1], [1, 0, 1, 0, 1, 0]).equals(first)


def test_a_base_without_revenue_has_no_revenue_shares():
    assert segment_profile(customers(customer(net_revenue_brl=0.0)), [0])["net_revenue_share"].tolist() == [0.0]


def test_labels_that_do_not_fit_the_customers_are_refused():
    with pytest.raises(ValueError, match="1 customers and 2 labels"):
        segment_profile(customers(customer()), [0, 1])
    with pytest.raises(ValueError, match="column net_revenue_brl is missing"):
        segment_profile(customers(customer()).drop(columns="net_revenue_brl"), [0])


@pytest.mark.parametrize(
    ("columns", "name_pt", "name_en"),
    [
        ({"net_revenue_brl": 4000, "recency_days": 20}, "Premium", "Premium"),
        ({"tenure_days": 60, "recency_days": 30, "order_count": 1.2, "net_revenue_brl": 200}, "Novos", "New"),
        ({"recency_days": 300, "net_revenue_brl": 1800}, "Em risco", "At risk"),
        ({"recency_days": 300, "net_revenue_brl": 400}, "Adormecidos", "Dormant"),
        ({"order_count": 7, "recency_days": 40, "net_revenue_brl": 1400}, "Fiéis", "Loyal"),
        ({"average_ticket_brl": 500, "net_revenue_brl": 1200}, "Ticket alto", "Big ticket"),
        ({"order_count": 1.0, "net_revenue_brl": 250}, "Uma compra", "One-time"),
        ({"average_ticket_brl": 80, "order_count": 3, "net_revenue_brl": 240}, "Econômicos", "Thrifty"),
        ({}, "Ocasionais", "Occasional"),
    ],
)
def test_a_segment_is_named_by_how_it_differs_from_the_base(columns: dict[str, float], name_pt: str, name_en: str):
    persona = name_personas(profile(segment(0, **columns)))[0]
    assert (persona.name_pt, persona.name_en) == (name_pt, name_en)


def test_names_are_unique_and_equal_kinds_are_numbered_by_falling_value():
    personas = name_personas(profile(segment(0), segment(1), segment(2)))
    assert [persona.name_pt for persona in personas] == ["Ocasionais", "Ocasionais 2", "Ocasionais 3", "Ocasionais 4"]
    assert len({persona.name_en for persona in personas}) == 4


def test_a_segment_yields_a_name_to_another_that_fits_no_other():
    both = segment(0, average_ticket_brl=500, net_revenue_brl=4000, recency_days=20)
    only_premium = segment(1, net_revenue_brl=4000, recency_days=20)
    names = [persona.name_en for persona in name_personas(profile(both, only_premium))][:2]
    assert names == ["Big ticket", "Premium"]


def test_the_order_of_the_profile_changes_no_name():
    segments = profile(
        segment(0, net_revenue_brl=4000, recency_days=20), segment(1, recency_days=300, net_revenue_brl=400)
    )
    assert name_personas(segments[::-1]) == name_personas(segments)


def test_numbers_are_written_as_each_language_writes_them():
    persona = name_personas(profile(segment(0, net_revenue_brl=4321.5, recency_days=20, customer_count=12345)))[0]
    assert "São 12.345 clientes (10,0% da base)" in persona.description_pt
    assert "vale R$ 4.321,50 no total (4,32 vezes a média da base)" in persona.description_pt
    assert "a última compra foi há 20 dias e a primeira, há 400 dias." in persona.description_pt
    assert "cada cliente fez 4,0 pedidos com ticket de R$ 250,00" in persona.description_pt
    assert "12,345 customers (10.0% of the base)" in persona.description_en
    assert "worth R$ 4,321.50 in all (4.32 times the average of the base)" in persona.description_en
    assert "the last purchase was 20 days ago, the first 400 days." in persona.description_en


def test_one_customer_one_order_and_one_day_are_singular():
    persona = name_personas(profile(segment(0, customer_count=1, order_count=1, recency_days=1, tenure_days=1)))[0]
    assert "É 1 cliente (10,0% da base), responsável por" in persona.description_pt
    assert "fez 1,0 pedido com" in persona.description_pt
    assert "foi há 1 dia e a primeira, há 1 dia." in persona.description_pt
    assert "1 customer (10.0% of the base) brings" in persona.description_en
    assert "was 1 day ago, the first 1 day." in persona.description_en


def test_every_paragraph_ends_with_what_marketing_may_do():
    persona = name_personas(profile(segment(0, net_revenue_brl=4000, recency_days=20)))[0]
    assert "Sugestão: reconhecer e reter" in persona.description_pt
    assert "Suggestion: reward and keep" in persona.description_en


def earlier(segment_id: int, kind: str, name_pt: str, name_en: str) -> dict[str, object]:
    return {"segment_id": segment_id, "kind": kind, "name_pt": name_pt, "name_en": name_en}


def test_a_segment_keeps_its_name_while_its_kind_fits():
    # A ticket of 1.3 times the base's is below the bound of 1.4, but within the 15% that a known name is given.
    seen = profile(segment(4, average_ticket_brl=325, net_revenue_brl=1200))
    kept = name_personas(seen, [earlier(4, "Big ticket", "Ticket alto", "Big ticket")])[0]
    assert (kept.name_pt, kept.kind, kept.is_changed) == ("Ticket alto", "Big ticket", False)
    assert name_personas(seen)[0].name_en == "Occasional"


def test_a_segment_whose_profile_became_another_kind_says_so():
    before = [earlier(4, "Premium", "Premium", "Premium")]
    changed = name_personas(profile(segment(4, recency_days=300, net_revenue_brl=1800)), before)[0]
    assert (changed.name_pt, changed.is_changed) == ("Em risco", True)
    assert "No modelo anterior este segmento se chamava Premium" in changed.description_pt
    assert "Under the model before, this segment was called Premium" in changed.description_en


def test_a_new_segment_takes_no_name_that_an_old_one_keeps():
    before = [earlier(1, "Occasional", "Ocasionais 2", "Occasional 2"), earlier(7, "Premium", "Premium", "Premium")]
    names = [persona.name_en for persona in name_personas(profile(segment(0), segment(1), segment(2)), before)]
    assert names == ["Occasional", "Occasional 2", "Occasional 3", "Occasional 4"]


def test_the_bounds_of_a_kind_are_inclusive_and_widen_by_the_slack():
    ratios = Ratios(recency=1.0, tenure=1.0, orders=1.0, revenue=1.75, ticket=1.0, order_count=2.0)
    assert BY_NAME["Premium"].fits(ratios)
    assert not BY_NAME["Premium"].fits(replace(ratios, recency=1.1))
    assert BY_NAME["Premium"].fits(replace(ratios, recency=1.1, revenue=1.6), slack=0.1)


def test_a_profile_that_lacks_a_column_is_refused():
    with pytest.raises(ValueError, match=r"profile of 2 segments lacks \['order_count_mean'\]"):
        name_personas(profile(segment(0)).drop(columns="order_count_mean"))
