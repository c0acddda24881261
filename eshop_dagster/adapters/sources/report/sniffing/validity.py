"""A column that says whether a line is a sale at all, in place of a status: a flag, or a kind of document."""

import re

from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions
from eshop_dagster.adapters.sources.report.sniffing.roles import bare
from eshop_dagster.adapters.sources.report.sniffing.sample import Sample
from eshop_dagster.adapters.sources.report.sniffing.styles import to_float

FLAGS = re.compile("^(is)?(cancel|void)")
KINDS = re.compile(
    "^(tipo|type|movimento|operacao)$|natureza|tipo(do|da|de)?(operacao|nota|mov|pedido|lancamento|documento)|"
    "(transaction|order|sale|record|event)type$"
)
YES = frozenset(["sim", "s", "yes", "y", "true", "verdadeiro", "1", "x"])
NO = frozenset(["nao", "n", "no", "false", "falso", "0"])
BACK = re.compile("devol|return|refund|estorn|notadecredito|creditnote|creditmemo|reembols")
NO_SALE = re.compile("cancel|remessa|bonifica|conserto|brinde|amostra|transferenc|void")
MOST_WORDS = 12


def take_validity(made: Decisions, sample: Sample) -> None:
    """Take such a column for the status, with a question, where no column is one."""
    if "status" in made.columns:
        return
    for header, reason in made.left_out.items():
        words = set(sample.filled(header))
        if reason or not 1 < len(words) <= MOST_WORDS or len(sample.filled(header)) < sample.lines:
            continue
        meanings = _flag(words) if FLAGS.search(bare(header)) else _kinds(words) if KINDS.search(bare(header)) else {}
        if not meanings:
            continue
        made.columns["status"] = header
        made.comments["status"] = "GUESS: it says which lines are no sales; see cancellation and return below."
        made.left_out.pop(header)
        for word in sorted(words):
            made.statuses.setdefault(meanings[word], []).append(word)
        made.credit_notes = "returned" in made.statuses and _all_positive(made, sample, made.statuses["returned"])
        return


def _flag(words: set[str]) -> dict[str, str]:
    if not all(bare(word) in YES | NO for word in words):
        return {}
    return {word: "cancelled" if bare(word) in YES else "delivered" for word in words}


def _kinds(words: set[str]) -> dict[str, str]:
    found = {
        word: "returned" if BACK.search(bare(word)) else "cancelled" if NO_SALE.search(bare(word)) else "delivered"
        for word in words
    }
    return found if len(set(found.values())) > 1 and "delivered" in found.values() else {}


def _all_positive(made: Decisions, sample: Sample, words: list[str]) -> bool:
    """Whether the amounts of these lines are positive, so that they would count as sales."""
    places = [place for place, word in enumerate(sample.columns[str(made.columns["status"])]) if word in words]
    for key in ("quantity", "unit_price", "line_total"):
        texts = sample.columns[str(made.columns[key])] if key in made.columns else []
        style = made.quantities if key == "quantity" else made.numbers
        if any(to_float(texts[place], style) < 0 for place in places if texts):
            return False
    return True
