"""Texts of the exploration."""

TEXTS: dict[str, tuple[str, str]] = {
    "exploration.lead": (
        "O primeiro olhar de um analista: como os valores se distribuem, o que foge do padrão e o que anda junto.",
        "An analyst's first look: how values are spread, what lies far out, and what goes together.",
    ),
    "exploration.feature": ("Característica do cliente", "Feature of the customer"),
    "exploration.no_features": (
        "Esta publicação não traz as características dos clientes; a próxima execução as publica.",
        "This release does not bring the customers' features; the next run publishes them.",
    ),
    "exploration.small": (
        "Menos de {least} clientes: as características não são mostradas.",
        "Fewer than {least} customers: their features are not shown.",
    ),
    "exploration.distribution": ("Distribuição entre os clientes", "Distribution among customers"),
    "exploration.distribution_help": (
        "Clientes por faixa de valor, até o percentil 99; a última faixa soma os maiores.",
        "Customers by band of value, up to the 99th percentile; the last band holds all larger.",
    ),
    "exploration.summary_help": (
        "Extremos: além de 1,5 vez o intervalo entre os quartis, abaixo do primeiro ou acima do terceiro (Tukey).",
        "Outliers: more than 1.5 times the interquartile range below the first or above the third quartile (Tukey).",
    ),
    "exploration.mean": ("Média", "Mean"),
    "exploration.median": ("Mediana", "Median"),
    "exploration.quartiles": ("Quartis", "Quartiles"),
    "exploration.outliers": ("Valores extremos", "Outliers"),
    "exploration.spread": ("Comparação entre segmentos", "Comparison between segments"),
    "exploration.spread_help": (
        "Mediana, quartis e percentis 5 e 95 por segmento, em até 200 mil clientes sorteados.",
        "Median, quartiles, 5th and 95th percentile by segment, on up to 200,000 customers drawn at random.",
    ),
    "exploration.correlation": ("O que anda junto", "What goes together"),
    "exploration.correlation_help": (
        "Correlação de postos (Spearman) entre características, numa amostra de clientes: azul sobe junto, laranja ao "
        "contrário. Correlação não é causa.",
        "Rank correlation (Spearman) between features, on a sample of customers: blue rises together, orange against. "
        "Correlation is not cause.",
    ),
    "exploration.worth": ("Valor dos pedidos", "Worth of orders"),
    "exploration.worth_help": (
        "Pedidos por faixa de valor; cada faixa é cerca de 26 % mais larga que a anterior.",
        "Orders by band of worth; each band is about 26% wider than the one before.",
    ),
    "exploration.worth_axis": ("Valor do pedido ({currency})", "Worth of the order ({currency})"),
    "exploration.channels": ("Mistura de canais", "Channel mix"),
    "exploration.channels_help": (
        "Parte da receita líquida de cada canal, por mês.",
        "Each channel's share of net revenue, by month.",
    ),
    "exploration.mix": ("Mistura de categorias por canal", "Category mix by channel"),
    "exploration.mix_help": (
        "As dez maiores categorias: que parte da receita líquida de cada canal vem delas.",
        "The ten largest categories: which share of each channel's net revenue they bring.",
    ),
    "exploration.sampled": ("Amostra de {count} clientes.", "Sample of {count} customers."),
    "column.value_from": ("De", "From"),
    "column.value_to": ("Até", "To"),
    "column.feature": ("Característica", "Feature"),
    "column.other_feature": ("Outra característica", "Other feature"),
    "column.correlation": ("Correlação", "Correlation"),
    "column.worth_from_brl": ("De ({currency})", "From ({currency})"),
    "column.worth_to_brl": ("Até ({currency})", "To ({currency})"),
    "column.lower_quartile": ("1º quartil", "1st quartile"),
    "column.median": ("Mediana", "Median"),
    "column.upper_quartile": ("3º quartil", "3rd quartile"),
}
