"""What a training says of itself, in Portuguese: why there is no model, how it compares, what the history lacked."""

NUMBER = r"([-+]?(?:[\d.,]*\d(?:e[-+]?\d+)?|nan|inf)%?)"
_DAY, _MONTH, _NAME = r"(\d{4}-\d\d-\d\d)", r"(\d{4}-\d\d)", r"(\S+)"
_ROWS = r"(training|judged)"
_CODE = "[A-Z]{3}"
"""A currency's; the words write its sign, and `Texts.about_amounts` that of the shop."""
_LANE = (
    rf"HDBSCAN finds {NUMBER} dense regions? \(silhouette {NUMBER}, stability {NUMBER}, largest {NUMBER}, "
    rf"noise {NUMBER}\)"
)
_LANE_WORDS = "O HDBSCAN acha {} regiões densas (silhueta {}, estabilidade {}, maior {}, ruído {})"
_SEGMENTS = (
    rf"{NUMBER} numbers tried are admissible\) have a silhouette of {NUMBER}, as many groups of "
    rf"recency-frequency-monetary quintiles {NUMBER}: (better|not better) than the baseline"
)
_SEGMENTS_WORDS = (
    "{} números tentados são admissíveis) têm silhueta {}, tantos grupos de quintis de recência, frequência e valor "
    "{}: {} que a referência"
)

PATTERNS: tuple[tuple[str, str], ...] = (
    (rf"only {NUMBER} {_ROWS} rows; a model needs {NUMBER}", "só {} linhas de {}; um modelo precisa de {}"),
    (
        rf"only {NUMBER} of {NUMBER} {_ROWS} rows spent anything; a model needs {NUMBER}",
        "só {} de {} linhas de {} gastaram algo; um modelo precisa de {}",
    ),
    (
        rf"all {NUMBER} {_ROWS} rows spent {NUMBER} {_CODE}; there is nothing to tell apart",
        "todas as {} linhas de {} gastaram R$ {}; não há o que distinguir",
    ),
    (r"There is no spend model: (.+)", "Não há modelo de gasto: {}"),
    (
        rf"history from {_DAY} to {_DAY} has {NUMBER} days?; expected at least {NUMBER}: {NUMBER} of history, then "
        rf"{NUMBER} to judge on",
        "a história de {} a {} tem {} dia(s); esperados no mínimo {}: {} de história e {} para avaliar",
    ),
    (
        r"Load more history, or shorten the history that is asked for",
        "Carregue mais história, ou encurte a história mínima",
    ),
    (r"Load more history", "Carregue mais história"),
    (
        rf"{NUMBER} customers; expected at least {NUMBER} for a segmentation",
        "{} clientes; uma segmentação espera no mínimo {}",
    ),
    (
        rf"the {NUMBER} customers show {NUMBER} different behaviours; expected at least {NUMBER}, one per segment",
        "os {} clientes mostram {} comportamentos diferentes; esperados no mínimo {}, um por segmento",
    ),
    (
        rf"The weighted mean of {NUMBER} parts? has an RMSE of {NUMBER} {_CODE} in {NUMBER} judged windows?, "
        rf"the best baseline \({_NAME}\) {NUMBER} {_CODE}: a difference of {NUMBER} {_CODE} \({NUMBER} to {NUMBER}\)",
        "A média ponderada de {} parte(s) tem RMSE de R$ {} em {} janela(s) avaliada(s), a melhor referência ({}) "
        "R$ {}: diferença de R$ {} ({} a {})",
    ),
    (r"The Tweedie deviance does not confirm it", "O desvio de Tweedie não confirma essa diferença"),
    (rf"Worse than that baseline: {_NAME} {NUMBER} against {NUMBER}", "Pior que essa referência: {} {} ante {}"),
    (rf"{_NAME} is the best baseline that ranks customers", "{} é a melhor referência que ordena clientes"),
    (rf"{_NAME} weighs nothing: (.+)", "{} não pesa nada: {}"),
    (
        r"No label was known before the judged rows: only what needs none serves, (.+)",
        "Nenhum rótulo era conhecido antes das linhas avaliadas: só vale o que não precisa dele, {}",
    ),
    (r"no part could be fitted", "nenhuma parte pôde ser ajustada"),
    (
        rf"There is no revenue forecast: the history has 1 day, {NUMBER} are needed",
        "Não há previsão de receita: a história tem 1 dia, são precisos {}",
    ),
    (
        rf"There is no revenue forecast: the history has {NUMBER} days, {NUMBER} are needed",
        "Não há previsão de receita: a história tem {} dias, são precisos {}",
    ),
    (
        rf"{_NAME} serves: over {NUMBER} origins its MASE is {NUMBER} \({NUMBER} in the first {NUMBER} days\), that of "
        rf"the best baseline \({_NAME}\) {NUMBER} \({NUMBER}\): a difference of {NUMBER} \({NUMBER} to {NUMBER}\)",
        "Vale {}: em {} origens o MASE é {} ({} nos primeiros {} dias), o da melhor referência ({}) {} ({}): "
        "diferença de {} ({} a {})",
    ),
    (
        rf"The total of {NUMBER} days was off by {NUMBER} in the mean",
        "O total de {} dias errou em média {}",
    ),
    (rf"A month's total was off by {NUMBER} in the mean", "O total do mês errou em média {}"),
    (
        rf"1 day after {_DAY}, the last complete one, was left out",
        "1 dia depois de {}, o último completo, ficou de fora",
    ),
    (
        rf"{NUMBER} days after {_DAY}, the last complete one, were left out",
        "{} dias depois de {}, o último completo, ficaram de fora",
    ),
    (
        rf"The day before {_DAY} was left out: a thin start, or a first day in part",
        "O dia antes de {} ficou de fora: começo ralo, ou primeiro dia incompleto",
    ),
    (
        rf"The {NUMBER} days before {_DAY} were left out: a thin start, or a first day in part",
        "Os {} dias antes de {} ficaram de fora: começo ralo, ou primeiro dia incompleto",
    ),
    (
        rf"{_MONTH} has sales from {_DAY} on only: its total is not a whole month's",
        "{} só tem vendas a partir de {}: o total não é de um mês inteiro",
    ),
    (
        rf"{_MONTH} is known up to {_DAY}: its total is not a whole month's",
        "{} só se conhece até {}: o total não é de um mês inteiro",
    ),
    (
        r"No trade on (.+) in the last eight weeks: they are forecast as 0",
        "Sem vendas nestes dias da semana nas últimas oito semanas: {}; a previsão é 0",
    ),
    (r"No trade in the past on (.+): forecast as 0", "Sem vendas até hoje em: {}; a previsão é 0"),
    (
        r"No trade on any public holiday so far: those ahead are forecast as 0",
        "Sem vendas em feriado algum até hoje: para os próximos a previsão é 0",
    ),
    (
        r"1 day without sales, on which the shop is usually open, counts as zero",
        "1 dia sem vendas, em que a loja costuma abrir, conta como zero",
    ),
    (
        rf"{NUMBER} days without sales, on which the shop is usually open, count as zero",
        "{} dias sem vendas, em que a loja costuma abrir, contam como zero",
    ),
    (
        r"No Black Friday is in the history: the next one is forecast as an ordinary day and will be higher",
        "Não há Black Friday na história: a próxima é prevista como um dia comum e será maior",
    ),
    (r"The next Black Friday is forecast from that of (.+)", "A próxima Black Friday é prevista a partir da de {}"),
    (
        rf"{NUMBER} segments \(as few as the champion has, or the fewest, whose silhouette is within the noise of the "
        rf"best admissible number; {NUMBER} of {_SEGMENTS}",
        "{} segmentos (tão poucos quanto os do campeão, ou os menos, com silhueta igual, dentro do ruído, à do melhor "
        "número admissível; {} de " + _SEGMENTS_WORDS,
    ),
    (
        rf"{NUMBER} segments \(the most stable, for no number is admissible; {NUMBER} of {_SEGMENTS}",
        "{} segmentos (os mais estáveis, pois nenhum número é admissível; {} de " + _SEGMENTS_WORDS,
    ),
    (
        rf"They explain {NUMBER} of the variance of log net worth, the groups {NUMBER}",
        "Explicam {} da variação do logaritmo do valor líquido, os grupos {}",
    ),
    (
        rf"{_LANE} and would be preferred by the same rule: look whether its regions serve marketing better",
        _LANE_WORDS + " e seria preferido pela mesma regra: veja se as regiões dele servem melhor ao marketing",
    ),
    (
        rf"{_LANE}, with a silhouette not above that of K-means",
        _LANE_WORDS + ", com silhueta não maior que a do K-means",
    ),
    (
        rf"{_LANE} and is not admissible by the rule that K-means had to keep",
        _LANE_WORDS + " e não é admissível pela regra que o K-means teve de cumprir",
    ),
)
"""Sentences without their full stop, and their words; a place stands for each group."""

VOCABULARY = {
    "training": "treino",
    "judged": "avaliação",
    "which is": "o que atinge",
    "not": "o que não atinge",
    "better": "melhor",
    "not better": "não melhor",
    "not measured": "não medido",
    **{"Mondays": "segundas", "Tuesdays": "terças", "Wednesdays": "quartas", "Thursdays": "quintas"},
    **{"Fridays": "sextas", "Saturdays": "sábados", "Sundays": "domingos"},
    **{"mothers_day": "Dia das Mães", "valentines_day": "Dia dos Namorados", "fathers_day": "Dia dos Pais"},
    **{"childrens_day": "Dia das Crianças", "christmas": "Natal", "black_friday": "Black Friday"},
    **{"carnival_monday": "segunda de Carnaval", "carnival_tuesday": "terça de Carnaval"},
    **{"good_friday": "Sexta-feira Santa", "easter": "Páscoa", "corpus_christi": "Corpus Christi"},
}
"""Words that sentences name."""
