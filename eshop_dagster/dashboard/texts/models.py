"""Texts of the models: their names, measures, and what the gate says."""

TEXTS: dict[str, tuple[str, str]] = {
    "models.lead": (
        "Quais modelos estão em uso, por que foram promovidos e se ainda valem.",
        "Which models are in use, why they were promoted, and whether they still hold.",
    ),
    "models.away": (
        "O registro de modelos (MLflow) não respondeu; tente de novo em um minuto.",
        "The model registry (MLflow) did not answer; try again in a minute.",
    ),
    "models.none": ("Ainda sem campeão", "No champion yet"),
    "models.none_help": (
        "Nenhum candidato superou a referência; ela fica no lugar do modelo. Motivo: {reason}",
        "No candidate beat the baseline, which stands in for the model. Why: {reason}",
    ),
    "models.champion": ("{model} · versão {version}", "{model} · version {version}"),
    "models.against": ("{value} · referência {baseline}", "{value} · baseline {baseline}"),
    "models.metric_help": (
        "{metric}: {meaning}. Medido em dados que o modelo não viu ao aprender. Menor é melhor: {lower}. "
        "Criado em {day}.",
        "{metric}: {meaning}. Measured on data that the model had not learned from. Lower is better: {lower}. "
        "Made on {day}.",
    ),
    "models.quality": ("Qualidade dos campeões", "Quality of the champions"),
    "models.quality_help": (
        "Cada medida do campeão ao lado da melhor referência, nos mesmos dados que nenhum dos dois viu ao aprender. "
        "A probabilidade de comprar fica ao lado da que o BG/NBD calcula sozinho. "
        "Pior em uma medida fica escrito: a promoção olha só a principal.",
        "Each measure of the champion beside the best baseline, on the same data that neither had learned from. The "
        "probability to buy stands beside BG/NBD's own. Worse in a measure is said so: the promotion looks at the main "
        "one only.",
    ),
    "models.lower": ("menor é melhor", "lower is better"),
    "models.higher": ("maior é melhor", "higher is better"),
    "models.near": ("mais perto de {aim} é melhor", "nearer to {aim} is better"),
    "models.better": ("melhor que a referência", "better than the baseline"),
    "models.worse": ("pior que a referência", "worse than the baseline"),
    "models.equal": ("igual à referência", "equal to the baseline"),
    "models.alone": ("sem referência", "no baseline"),
    "models.gain": (
        "RMSE do campeão menos o da melhor referência: {value} (com 95% de certeza entre {lower} e {upper}).",
        "RMSE of the champion minus that of the best baseline: {value} (with 95% confidence {lower} to {upper}).",
    ),
    "models.chances": ("Probabilidade de comprar: prevista e real", "Probability to buy: expected and real"),
    "models.chances_help": (
        "Clientes da última janela avaliada, em dez grupos do menos ao mais provável de comprar em {window} dias: a "
        "probabilidade média de cada grupo e a parte dele que comprou. O modelo não tinha visto essas compras.",
        "Customers of the last judged window, in ten groups from the least to the most likely to buy within {window} "
        "days: each group's mean probability, and the share of it that bought. The model had not seen these purchases.",
    ),
    "models.chances_perfect": ("Acerto perfeito", "Perfect"),
    "models.chances_tenths": ("Décimos dos clientes", "Tenths of customers"),
    "models.chances_reading": (
        "Como ler: na linha pontilhada, compraram tantos quantos o modelo previu; acima dela compraram mais, abaixo, "
        "menos. No grupo mais provável, ele previu {said} de compradores, e {bought} compraram.",
        "How to read it: on the dotted line, as many bought as the model expected; above it more did, below it fewer. "
        "Of the likeliest group it expected {said} to buy, and {bought} did.",
    ),
    "models.gate": ("Provas da promoção", "Gate evidence"),
    "models.gate_help": (
        "O que o portão de promoção perguntou ao último treino de cada modelo, o que viu e o que esperava.",
        "What the gate asked of each model's latest training, what it saw and what it expected.",
    ),
    "models.versions": ("Versões", "Versions"),
    "models.versions_help": (
        "Todas as versões registradas, da mais nova para a mais antiga, com o número dos dados de treino (DVC).",
        "Every registered version, newest first, with the version of its training data (DVC).",
    ),
    "models.drift": ("Deriva dos compradores recentes", "Drift of recent buyers"),
    "models.drift_help": (
        "Índice de estabilidade (PSI) dos que compraram há pouco contra aqueles com que o campeão aprendeu: acima do "
        "limite, a característica mudou.",
        "Population stability index (PSI) of recent buyers against those the champion learned from: above the limit, "
        "the feature has moved.",
    ),
    "models.no_drift": (
        "A deriva ainda não foi medida nesta base; o trabalho watch_drift a mede todo dia às 3h.",
        "Drift has not been measured in this home yet; the job watch_drift measures it daily at 03:00.",
    ),
    "models.limit": ("Limite", "Limit"),
    "models.drift_latest": (
        "Última medida: {day}, com {customers} compradores. {fired}",
        "Latest measurement: {day}, with {customers} buyers. {fired}",
    ),
    "models.drift_fired": ("Pediu um retreino.", "It asked for a retraining."),
    "models.drift_quiet": ("Não pediu retreino.", "It asked for none."),
    "models.original": ("(texto original do portão) {text}", "{text}"),
    "column.group": ("Grupo", "Group"),
    "column.predicted_share": ("Previsto: parte que compra", "Expected: share who buy"),
    "column.bought_share": ("Real: parte que comprou", "Real: share who bought"),
    "column.model": ("Modelo", "Model"),
    "column.version": ("Versão", "Version"),
    "column.alias": ("Papel", "Role"),
    "column.made_at": ("Criada em", "Made"),
    "column.estimator": ("Método", "Estimator"),
    "column.metric": ("Medida", "Measure"),
    "column.direction": ("Sentido", "Direction"),
    "column.against": ("Diante da referência", "Against the baseline"),
    "column.value": ("Valor", "Value"),
    "column.baseline": ("Referência", "Baseline"),
    "column.data_version": ("Dados (DVC)", "Data (DVC)"),
    "column.outcome": ("Resultado", "Outcome"),
    "column.rule": ("Pergunta", "Rule"),
    "column.seen": ("Visto", "Seen"),
    "column.expected": ("Esperado", "Expected"),
    "column.psi": ("PSI", "PSI"),
    "alias.champion": ("campeão", "champion"),
    "alias.challenger": ("desafiante", "challenger"),
    "alias.previous": ("anterior", "previous"),
    "outcome.promote": ("passou", "passed"),
    "outcome.keep": ("não passou", "not met"),
    "outcome.needs a person": ("espera uma pessoa", "waits for a person"),
    "outcome.not judged": ("não avaliado", "not judged"),
    "outcome.champion": ("campeão", "champion"),
    "outcome.previous": ("campeão anterior", "former champion"),
    "outcome.challenger": ("desafiante", "challenger"),
    "rule.trained": ("treino", "trained"),
    "rule.quality records": ("qualidade dos dados", "quality records"),
    "rule.data volume": ("volume de dados", "data volume"),
    "rule.drift": ("deriva", "drift"),
    "rule.not worse than the best baseline": (
        "não pior que a melhor referência",
        "not worse than the best baseline",
    ),
    "rule.not worse than the champion": ("não pior que o campeão", "not worse than the champion"),
    "rule.a plausible gain": ("ganho plausível", "a plausible gain"),
    "rule.no slice collapses": ("nenhum grupo piora demais", "no slice collapses"),
    "rule.stability": ("estabilidade", "stability"),
    "rule.segments that fit": ("segmentos adequados", "segments that fit"),
    "rule.customers who move": ("clientes que mudam de segmento", "customers who move"),
    "rule.loads in a fresh process": ("abre em processo novo", "loads in a fresh process"),
}
