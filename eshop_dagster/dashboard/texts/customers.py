"""Texts of customers and segments."""

TEXTS: dict[str, tuple[str, str]] = {
    "customers.lead": (
        "Quem são os clientes, quanto valem e como se agrupam.",
        "Who the customers are, what they are worth, and how they group.",
    ),
    "customers.no_model": (
        "Ainda não há segmentação campeã: os clientes não estão agrupados.",
        "There is no segmentation champion yet: customers are not grouped.",
    ),
    "customers.count": ("Clientes com pedidos", "Customers with orders"),
    "customers.count_help": (
        "Clientes que já fizeram um pedido, nos estados e segmentos escolhidos, sem os segmentos que não se mostram. "
        "Dados até {day}.",
        "Customers who have ordered, of the chosen states and segments, without segments that are not shown. Data "
        "through {day}.",
    ),
    "customers.worth": ("Valor líquido até hoje", "Net worth to date"),
    "customers.worth_help": (
        "Receita líquida de toda a história desses clientes. Dados até {day}.",
        "Net revenue of these customers over all their history. Data through {day}.",
    ),
    "customers.expected": ("Gasto esperado em {window} dias", "Expected spend in {window} days"),
    "customers.expected_help": (
        "Soma do gasto esperado nos próximos {window} dias, pelo modelo campeão. Dados até {day}.",
        "Sum of what the champion expects them to spend in the next {window} days. Data through {day}.",
    ),
    "customers.personas": ("Personas", "Personas"),
    "customers.mean_worth": ("Valor por cliente", "Worth per customer"),
    "customers.mean_expected": ("Gasto em {window} dias", "Spend in {window} days"),
    "customers.recency": ("Última compra (mediana)", "Last purchase (median)"),
    "customers.days_ago": ("há {days} dias", "{days} days ago"),
    "customers.orders": ("Pedidos por cliente", "Orders per customer"),
    "customers.share": ("{count} clientes · {share}", "{count} customers · {share}"),
    "customers.sizes": ("Tamanho e valor dos segmentos", "Size and value of the segments"),
    "customers.sizes_help": (
        "Parte dos clientes, do valor líquido e do gasto esperado que cabe a cada segmento.",
        "Each segment's share of customers, of net worth and of expected spend.",
    ),
    "customers.states": ("Clientes por estado", "Customers by state"),
    "customers.states_help": (
        "Estado do cadastro; estados com menos de 10 clientes ficam em branco.",
        "State of registration; states of fewer than 10 customers stay blank.",
    ),
    "customers.projection": ("Segmentos no espaço do modelo", "Segments in the model's space"),
    "customers.projection_help": (
        "Uma amostra sorteada de clientes. PCA: as direções em que mais diferem; t-SNE: vizinhos ficam perto, "
        "distâncias longas não significam nada.",
        "A random sample of customers. PCA: the directions in which they differ most; t-SNE: neighbours stay close, "
        "long distances mean nothing.",
    ),
    "customers.method_pca2": ("PCA 2D", "PCA 2D"),
    "customers.method_pca3": ("PCA 3D", "PCA 3D"),
    "customers.method_tsne": ("t-SNE", "t-SNE"),
    "customers.method": ("Projeção", "Projection"),
    "customers.sampled": (
        "Amostra de {count} clientes; as componentes explicam {share} da variação.",
        "Sample of {count} customers; the components explain {share} of the variance.",
    ),
    "customers.sampled_tsne": ("Amostra de {count} clientes.", "Sample of {count} customers."),
    "customers.no_features": (
        "Esta publicação não traz as características dos clientes; a próxima execução as publica.",
        "This release does not bring the customers' features; the next run publishes them.",
    ),
    "customers.model_closed": (
        "O modelo que fez estes segmentos não pôde ser aberto.",
        "The model that made these segments could not be opened.",
    ),
    "customers.component": ("Componente {number}", "Component {number}"),
    "customers.axis": ("Eixo {number}", "Axis {number}"),
    "customers.migration": ("Migração no último retreino", "Migration at the last retrain"),
    "customers.migration_help": (
        "Os mesmos clientes, no mesmo dia, pelo campeão de antes (linhas) e pelo modelo de agora (colunas): a parte de "
        "cada segmento antigo.",
        "The same customers, on the same day, by the champion before (rows) and the model of now (columns): the share "
        "of each former segment.",
    ),
    "customers.no_migration": (
        "Este é o primeiro modelo: ainda não houve retreino com que comparar.",
        "This is the first model: there has been no retrain to compare with yet.",
    ),
    "customers.before": ("Antes", "Before"),
    "customers.after": ("Depois", "After"),
    "customers.cohorts": ("Retenção por coorte", "Retention by cohort"),
    "customers.cohorts_help": (
        "De quem comprou pela primeira vez em cada mês, a parte que comprou de novo tantos meses depois. Base inteira.",
        "Of those who first bought in each month, the share who bought again so many months later. Whole base.",
    ),
    "customers.months_since": ("Meses desde a primeira compra", "Months since the first purchase"),
    "customers.list": ("Lista para levar", "List to take away"),
    "customers.list_help": (
        "Os clientes dos segmentos e estados escolhidos, do maior para o menor gasto esperado, sem dados pessoais. "
        "Até {most} linhas; para a base inteira, use `eshop export segments`.",
        "The customers of the chosen segments and states, by falling expected spend, without personal data. At most "
        "{most} rows; for the whole base use `eshop export segments`.",
    ),
    "customers.without_probability": (
        "A probabilidade de comprar e o gasto de quem compra ainda não são publicados: a loja é nova demais para que "
        "uma janela inteira de {window} dias possa ser avaliada.",
        "Probability to buy and spend of those who buy are not published yet: the shop is too young for a whole window "
        "of {window} days to be judged.",
    ),
    "customers.small": (
        "Menos de 10 clientes: a lista não é mostrada.",
        "Fewer than 10 customers: the list is not shown.",
    ),
    "customers.persons": ("Nomes e e-mails", "Names and e-mail addresses"),
    "customers.reveal": ("Mostrar nomes e e-mails", "Show names and e-mail addresses"),
    "customers.reveal_help": (
        "Abre os dados pessoais dos {most} primeiros da lista. O acesso fica registrado com o seu e-mail.",
        "Opens the personal data of the first {most} of the list. The access is recorded with your address.",
    ),
    "customers.reveal_denied": (
        "Nomes e e-mails: só para pessoas autorizadas que entraram com a conta da empresa.",
        "Names and e-mail addresses: only for authorised people who signed in with their company account.",
    ),
    "customers.revealed": (
        "Acesso registrado. Use estes dados só para o que a lei permite (LGPD).",
        "Access recorded. Use this data only as the law allows (LGPD).",
    ),
    "column.customer_key": ("Cliente (pseudônimo)", "Customer (pseudonym)"),
    "column.name": ("Nome", "Name"),
    "column.email": ("E-mail", "E-mail"),
    "column.city": ("Cidade", "City"),
    "column.last_ordered_date": ("Último pedido", "Last order"),
    "column.expected_spend_brl": (
        "Gasto esperado em {window} dias ({currency})",
        "Expected spend in {window} days ({currency})",
    ),
    "column.purchase_probability": ("Probabilidade de comprar", "Probability to buy"),
    "column.spend_if_buying_brl": ("Gasto se comprar ({currency})", "Spend if they buy ({currency})"),
    "column.segment_typicality": ("Tipicidade (0–1)", "Typicality (0–1)"),
    "column.is_outlier": ("Fora do padrão", "Outlier"),
    "column.customer_share": ("Parte dos clientes", "Share of customers"),
    "column.worth_share": ("Parte do valor", "Share of worth"),
    "column.expected_share": ("Parte do gasto esperado", "Share of expected spend"),
    "column.before": ("Segmento antes", "Segment before"),
    "column.after": ("Segmento depois", "Segment after"),
    "column.moved_from_share": ("Parte do segmento antigo", "Share of the former segment"),
    "column.cohort_month": ("Coorte", "Cohort"),
    "column.months_since": ("Meses depois", "Months later"),
    "column.retention_share": ("Retenção", "Retention"),
    "column.cohort_customer_count": ("Clientes da coorte", "Customers of the cohort"),
    "column.component_1": ("Componente 1", "Component 1"),
    "column.component_2": ("Componente 2", "Component 2"),
    "column.component_3": ("Componente 3", "Component 3"),
    "column.segment_id": ("Segmento (número)", "Segment (number)"),
}
