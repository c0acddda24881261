"""The gate's sentences in Portuguese: it writes English, with numbers as the English write them."""

import re

from eshop_dagster.dashboard.texts import Texts

_NUMBER = r"([-+]?[\d.,]+(?:e[-+]?\d+)?%?)"
_PATTERNS: tuple[tuple[str, str], ...] = (
    (rf"{_NUMBER} tables passed", "{} tabela(s) aprovada(s)"),
    (r"(.+) without a passed record", "sem registro aprovado: {}"),
    (
        r"a passed record of the very rows of each table used",
        "registro aprovado das mesmas linhas de cada tabela usada",
    ),
    (rf"{_NUMBER} rows", "{} linhas"),
    (rf"{_NUMBER} training rows", "{} linhas de treino"),
    (r"some rows", "alguma linha"),
    (rf"at least {_NUMBER}, for the champion had {_NUMBER}", "no mínimo {}, pois o campeão teve {}"),
    (rf"{_NUMBER} drifted", "{} característica(s) mudaram"),
    (rf"{_NUMBER} drifted: (.+)", "{} característica(s) mudaram: {}"),
    (rf"at most {_NUMBER} of {_NUMBER} features beyond a PSI of {_NUMBER}", "no máximo {} de {} com PSI acima de {}"),
    (rf"(\w+) {_NUMBER} against {_NUMBER} of the baseline \({_NUMBER}\)", "{} {} ante {} da referência ({})"),
    (
        rf"(\w+) {_NUMBER} against {_NUMBER} of version {_NUMBER} on the same rows "
        rf"\({_NUMBER}; difference {_NUMBER} to {_NUMBER}\)",
        "{} {} ante {} da versão {} nas mesmas linhas ({}; diferença de {} a {})",
    ),
    (rf"a gain of {_NUMBER} or more", "ganho de {} ou mais"),
    (r"it is the first champion", "é o primeiro campeão"),
    (r"no champion to compare with", "não há campeão para comparar"),
    (rf"a difference surely within {_NUMBER} of it \({_NUMBER}\)", "diferença com certeza dentro de {} dele ({})"),
    (rf"{_NUMBER} against version {_NUMBER}", "{} ante a versão {}"),
    (
        rf"at most {_NUMBER}: beyond, a feature that knows the future is the likelier reason",
        "no máximo {}: além disso, é mais provável uma característica que conhece o futuro",
    ),
    (rf"{_NUMBER} slices hold", "{} grupo(s) se mantêm"),
    (rf"no slice more than {_NUMBER} worse", "nenhum grupo mais de {} pior"),
    (rf"adjusted Rand index {_NUMBER}", "índice de Rand ajustado {}"),
    (rf"at least {_NUMBER}", "no mínimo {}"),
    (rf"at most {_NUMBER}", "no máximo {}"),
    (rf"{_NUMBER} of customers change segment", "{} dos clientes mudam de segmento"),
    (r"not measured", "não medido"),
    (r"not tried", "não tentado"),
    (r"the PSI of each feature", "o PSI de cada característica"),
    (r"a model that was fitted", "um modelo ajustado"),
    (r"a model that beats its baseline", "um modelo que supere a referência"),
    (r"finite numbers of both", "números finitos de ambos"),
    (r"finite numbers, and their interval", "números finitos e seu intervalo"),
    (r"every score is equal to the last bit", "todos os resultados iguais até o último bit"),
    (r"it fails or scores otherwise", "falha, ou dá outro resultado"),
    (r"the saved file scores the sample alike", "o arquivo salvo dá os mesmos resultados na amostra"),
)
_SLICE, _SLICE_WORDS = re.compile(rf"([^:;]+): {_NUMBER} against {_NUMBER}"), "{}: {} ante {}"
_COMPILED = tuple((re.compile(pattern), words) for pattern, words in _PATTERNS)


def gate_words(sentence: str, text: Texts) -> str:
    """Return a sentence of the gate in the language; one that is not known is marked as the gate's own words."""
    if text.language != "pt":
        return sentence
    for pattern, words in _COMPILED:
        found = pattern.fullmatch(sentence)
        if found:
            return words.format(*(_written(part, text) for part in found.groups()))
    slices = [_SLICE.fullmatch(part) for part in sentence.split("; ")]
    if all(slices):
        told = (_SLICE_WORDS.format(*(_written(part, text) for part in one.groups())) for one in slices if one)
        return "; ".join(told)
    return text("models.original", text=sentence)


def _written(part: str, text: Texts) -> str:
    """Return a number with the decimal comma, a measure or a feature by its name, and anything else as it came."""
    if re.fullmatch(_NUMBER, part):
        return part.translate(str.maketrans(",.", ".,"))
    names = [text.known(f"metric.{one}", text.known(f"feature.{one}", one)) for one in part.split(", ")]
    return ", ".join(names)
