"""What is trained, exported and judged for a shop outside Brazil says nothing of Brazil."""

import re
from datetime import date, timedelta

from eshop_dagster.ml.anomalies import Sales, judge
from eshop_dagster.shop import Shop
from eshop_dagster.stages.kinds import KINDS

GB = Shop("GB", "ENG", "GBP", "Europe/London")
BRAZILIAN = re.compile(r"R\$|BRL|Bra[sz]il|Paulo|\b(?:BR|SP|RJ)\b")


def test_the_question_of_a_model_names_no_currency() -> None:
    assert not BRAZILIAN.search(" ".join(kind.question for kind in KINDS.values()))


def test_a_day_is_judged_in_words_that_name_the_shops_currency() -> None:
    first = date(2024, 1, 1)
    history = {first + timedelta(days=number): Sales(40, 4000.0 + number % 7) for number in range(120)}
    [found] = judge(history, currency="GBP")
    assert found.revenue.reason.startswith("usual: GBP 4,000.00 from 40 orders, expected GBP 4,0")
    assert not BRAZILIAN.search(found.revenue.reason)
