"""The gate's sentences in Portuguese: it writes English, with numbers as the English write them."""

import re

from eshop_dagster.dashboard.texts import CATALOGUE, Texts
from eshop_dagster.dashboard.training_words import NUMBER, PATTERNS, VOCABULARY
from eshop_dagster.dashboard.value_names import channel_name
from eshop_dagster.stages.kinds import KINDS

_VALUE = r"[^\s,]+"
_PATTERNS: tuple[tuple[str, str], ...] = (
    (rf"{NUMBER} tables passed", "{} tabela(s) aprovada(s)"),
    (r"(.+) without a passed record", "sem registro aprovado: {}"),
    (
        r"a passed record of the very rows of each table used",
        "registro aprovado das mesmas linhas de cada tabela usada",
    ),
    (rf"{NUMBER} rows", "{} linhas"),
    (rf"{NUMBER} training rows", "{} linhas de treino"),
    (r"some rows", "alguma linha"),
    (rf"at least {NUMBER}, for the champion had {NUMBER}", "no mínimo {}, pois o campeão teve {}"),
    (rf"{NUMBER} drifted", "{} característica(s) mudaram"),
    (
        rf"{NUMBER} drifted: (.+), and the champion gives way all the same",
        "{} característica(s) mudaram: {}; o campeão cede o lugar mesmo assim",
    ),
    (rf"{NUMBER} drifted: (.+)", "{} característica(s) mudaram: {}"),
    (rf"at most {NUMBER} of {NUMBER} features beyond a PSI of {NUMBER}", "no máximo {} de {} com PSI acima de {}"),
    (rf"(\w+) {NUMBER} against {NUMBER} of the baseline \({NUMBER}\)", "{} {} ante {} da referência ({})"),
    (
        rf"(\w+) {NUMBER} against {NUMBER} of (\w+) \({NUMBER}; difference {NUMBER} to {NUMBER}\)",
        "{} {} ante {} de {} ({}; diferença de {} a {})",
    ),
    (
        rf"(\w+) {NUMBER} against {NUMBER} of (\w+) \({NUMBER}; difference {NUMBER} to {NUMBER}, not confirmed by a "
        r"second error\)",
        "{} {} ante {} de {} ({}; diferença de {} a {}, que um segundo erro não confirma)",
    ),
    (
        rf"(\w+) {NUMBER} against {NUMBER} of version {NUMBER} on the same rows "
        rf"\({NUMBER}; difference {NUMBER} to {NUMBER}\)",
        "{} {} ante {} da versão {} nas mesmas linhas ({}; diferença de {} a {})",
    ),
    (
        rf"(\w+) {NUMBER} against {NUMBER} of version {NUMBER} on the same rows "
        rf"\({NUMBER}; difference {NUMBER} to {NUMBER}, not confirmed by a second error\)",
        "{} {} ante {} da versão {} nas mesmas linhas ({}; diferença de {} a {}, que um segundo erro não confirma)",
    ),
    (r"not surely worse", "não pior com certeza"),
    (rf"not surely worse by {NUMBER} or more", "não pior com certeza em {} ou mais"),
    (
        rf"version {NUMBER} predicts {NUMBER} days, and {NUMBER} are asked for: it is not compared",
        "a versão {} prevê {} dias, e agora se pedem {}: não há comparação",
    ),
    (r"it is the first champion", "é o primeiro campeão"),
    (rf"judged on {NUMBER} days, scaled to {NUMBER}", "avaliado em {} dias, convertidos a {}"),
    (
        r"the best baseline steps in, for what was trained is refused \((.+)\)",
        "a melhor referência entra, pois o que foi treinado não passou ({})",
    ),
    (r"(.+): the model was held against nothing", "{}: o modelo não foi comparado com nada"),
    (r"no champion to compare with", "não há campeão para comparar"),
    (rf"{NUMBER} against version {NUMBER}", "{} ante a versão {}"),
    (
        rf"at most {NUMBER}: beyond, a feature that knows the future is the likelier reason",
        "no máximo {}: além disso, é mais provável uma característica que conhece o futuro",
    ),
    (rf"{NUMBER} slices hold", "{} grupo(s) se mantêm"),
    (rf"none of {NUMBER} slices has {NUMBER} rows", "nenhum dos {} grupos tem {} linhas"),
    (rf"no slice more than {NUMBER} worse", "nenhum grupo mais de {} pior"),
    (rf"adjusted Rand index {NUMBER}", "índice de Rand ajustado {}"),
    (rf"at least {NUMBER}", "no mínimo {}"),
    (rf"at most {NUMBER}", "no máximo {}"),
    (rf"{NUMBER} of customers change segment", "{} dos clientes mudam de segmento"),
    (r"not looked at", "não examinado"),
    (r"every segment holds customers who resemble it", "todo segmento tem clientes que se parecem com ele"),
    (
        r"no empty segment, few outliers, and figures of the segment's own customers",
        "nenhum segmento vazio, poucos clientes atípicos e números dos próprios clientes do segmento",
    ),
    (r"of the champion: (.+)", "do campeão: {}"),
    (rf"version {NUMBER} cannot be published: (.+)", "a versão {} não pode ser publicada: {}"),
    (r"a champion that fits today's customers", "um campeão que sirva aos clientes de hoje"),
    (
        r"any share, to get segments that can be published",
        "qualquer parte, para haver segmentos que possam ser publicados",
    ),
    (
        rf"segment {NUMBER} counts {NUMBER} customers and has {NUMBER}",
        "o segmento {} informa {} cliente(s) e tem {}",
    ),
    (r"customers of segments ([\d, ]+) have no row", "clientes sem linha na tabela: segmento(s) {}"),
    (r"(\w+) is no finite number", "{} não é um número finito"),
    (r"there are no customers", "não há clientes"),
    (r"the segments do not fit today's customers: (.+)", "os segmentos não servem aos clientes de hoje: {}"),
    (r"segments? ([\d, ]+) holds? no customer", "sem nenhum cliente: segmento(s) {}"),
    (
        rf"{NUMBER} of the customers resemble none of their segment, at most {NUMBER} may",
        "{} dos clientes não se parecem com o próprio segmento (no máximo {})",
    ),
    (
        rf"segments start again with new ids: {NUMBER} of customers would change segment, and of the champion holds: "
        r"(.+)",
        "os segmentos recomeçam com novos números: {} dos clientes mudariam de segmento, e do campeão vale: {}",
    ),
    (
        rf"it was fitted when the shop was {NUMBER} days? old, and it is {NUMBER} days? old now",
        "foi ajustado quando a loja tinha {} dia(s), e hoje ela tem {}",
    ),
    (
        rf"it was fitted on {NUMBER} customers, and there are {NUMBER} now",
        "foi ajustado com {} cliente(s), e hoje são {}",
    ),
    (
        rf"it tells customers apart worse than quintile groups do \(silhouette {NUMBER}, surely below {NUMBER}\)",
        "separa os clientes pior do que grupos por quintis (silhueta {}, com certeza abaixo de {})",
    ),
    (r"ids that go on, or a champion that is outgrown", "números que continuam, ou um campeão superado"),
    (
        rf"(\w+) of challenger (not measured|{_VALUE}), of baseline (not measured|{_VALUE})",
        "{} do desafiante {}, da referência {}",
    ),
    (
        rf"(\w+) of challenger (not measured|{_VALUE}), of champion (not measured|{_VALUE})"
        r"(?:, and no interval of their difference)?",
        "{} do desafiante {}, do campeão {}, ou sem intervalo da diferença",
    ),
    (
        rf"(\w+) of challenger (not measured|{_VALUE}), of champion not measured"
        r"(?:, and no interval of their difference)? \(.+\)",
        "{} do desafiante {}; o campeão não pôde ser usado",
    ),
    (r"not measured", "não medido"),
    (r"not tried", "não tentado"),
    (r"the PSI of each feature", "o PSI de cada característica"),
    (r"a model that was fitted", "um modelo ajustado"),
    (r"a model that is worth something", "um modelo que valha algo"),
    (r"finite numbers of both", "números finitos de ambos"),
    (r"finite numbers, and their interval", "números finitos e seu intervalo"),
    (r"every score is equal to the last bit", "todos os resultados iguais até o último bit"),
    (r"it fails or scores otherwise", "falha, ou dá outro resultado"),
    (r"the saved file scores the sample alike", "o arquivo salvo dá os mesmos resultados na amostra"),
)
_SLICE, _SLICE_WORDS = re.compile(rf"([^:;]+): {NUMBER} against {NUMBER}"), "{}: {} ante {}"
_COMPILED = tuple((re.compile(pattern), words) for pattern, words in (*_PATTERNS, *PATTERNS))
_KEPT = (
    (re.compile(rf"version {NUMBER} stays champion"), "a versão {} continua campeã"),
    (
        re.compile(
            rf"version {NUMBER} stays champion, but nobody has a segment, for it does not fit today's customers: "
            r"look at what kept this version out, then promote it, or correct the data and retrain"
        ),
        "a versão {} continua campeã, mas ninguém tem segmento, pois ela não serve aos clientes de hoje: veja o que "
        "barrou esta versão e promova-a, ou corrija os dados e treine de novo",
    ),
    (
        re.compile(
            rf"version {NUMBER} stays champion, but nobody has a segment, for it does not fit today's customers: "
            r"check the data of the day, or change segmentation in params\.yaml, and retrain"
        ),
        "a versão {} continua campeã, mas ninguém tem segmento, pois ela não serve aos clientes de hoje: confira os "
        "dados do dia, ou mude segmentation em params.yaml, e treine de novo",
    ),
    (re.compile("there is no champion yet"), "ainda não há campeão"),
    (re.compile("the champion, if any, stays"), "o campeão, se houver, continua"),
)
_ASIDE = re.compile(rf"(version {NUMBER} predicts {NUMBER} days, and {NUMBER} are asked for: it is not compared); (.+)")
_SLICE_KINDS = {
    "region": "região",
    "channel": "canal",
    "customers": "clientes",
    "worth decile": "décimo de valor",
}
_SLICE_VALUES = {"new": "novos", "old": "antigos", "unknown": "não informado"}


def gate_words(sentence: str, text: Texts) -> str:
    """Return a sentence of the gate in the language; one that is not known is marked as the gate's own words."""
    if text.language != "pt":
        return text.about_amounts(sentence)
    phrase = _words_of(sentence, text)
    return text.about_amounts(text("models.original", text=sentence) if phrase is None else phrase)


def decision_words(reason: str, text: Texts) -> str:
    """Return the reason of a decision in the language: what was found, what was expected, and who stays champion."""
    if text.language != "pt":
        return text.about_amounts(reason)
    aside = _ASIDE.fullmatch(reason)
    if aside:
        return f"{_words_of(aside[1], text)}; {decision_words(aside[len(aside.groups())], text)}"
    found, _, kept = reason.rpartition("; ")
    end = next((words.format(*known.groups()) for one, words in _KEPT if (known := one.fullmatch(kept))), None)
    if end is None:
        return gate_words(reason, text)
    rule, _, rest = found.partition(": ")
    seen, _, expected = rest.rpartition(", expected ")
    if seen and f"rule.{rule}" in CATALOGUE:
        parts = [_words_of(seen, text), _words_of(expected, text)]
        phrase = None if None in parts else f"{text(f'rule.{rule}')}: {parts[0]}, esperado: {parts[1]}"
    else:
        phrase = _words_of(found, text)
    return text.about_amounts(text("models.original", text=reason) if phrase is None else f"{phrase}; {end}")


def _words_of(sentence: str, text: Texts) -> str | None:
    """Return the words of one sentence, of several, or of a list of slices; None where one is not known."""
    sentence = sentence.removesuffix(".")
    for pattern, words in _COMPILED:
        found = pattern.fullmatch(sentence)
        if found:
            return words.format(*(_written(part, text) for part in found.groups()))
    slices = [_SLICE.fullmatch(part) for part in sentence.split("; ")]
    if all(slices):
        return "; ".join(_SLICE_WORDS.format(*(_written(part, text) for part in one.groups())) for one in slices if one)
    for sign in ("; ", ". "):
        parts = re.split(rf"{re.escape(sign)}(?![^(]*\))", sentence)
        phrase = [_words_of(one, text) for one in parts] if len(parts) > 1 else [None]
        if None not in phrase:
            return sign.join(one for one in phrase if one)
    return None


def _written(part: str | None, text: Texts) -> str:
    """Return a number or a date as Portuguese writes it, a name in its words, and anything else as it came."""
    if part is None:
        return ""
    if re.fullmatch(r"\d{4}-\d\d(-\d\d)?", part):
        return "/".join(reversed(part.split("-")))
    if re.fullmatch(NUMBER, part):
        return part.translate(str.maketrans(",.", ".,"))
    if "=" in part:
        return _slice_name(part, text)
    if f"rule.{part}" in CATALOGUE:
        return text(f"rule.{part}")
    within = _words_of(part, text) if " " in part else None
    if within is not None:
        return within
    return ", ".join(_name(one, text) for one in re.split(", | and ", part))


def _name(one: str, text: Texts) -> str:
    day = re.fullmatch(r"(holiday )?(\d\d)-(\d\d)", one)
    if day:
        return f"{'feriado de ' if day[1] else ''}{day[3]}/{day[2]}"
    name, sign, days = one.partition("+" if "+" in one else "-")
    if name == "black_friday" and sign:
        return f"{VOCABULARY[name]} {sign}{days}"
    return VOCABULARY.get(one) or _measure(one, text) or text.known(f"feature.{one}", one)


def _measure(name: str, text: Texts) -> str | None:
    """Return what people call a measure of any kind of model; None for another name."""
    return next((text.of(one.title) for kind in KINDS.values() for one in kind.measures if one.name == name), None)


def _slice_name(part: str, text: Texts) -> str:
    kind, _, value = part.partition("=")
    named = channel_name(text, value) if kind == "channel" else _SLICE_VALUES.get(value, value)
    word = text("column.state").lower() if kind == "state" else _SLICE_KINDS.get(kind, kind)
    return f"{word} {named}"
