"""Texts of the overview."""

TEXTS: dict[str, tuple[str, str]] = {
    "overview.lead": (
        "O que a loja vendeu, para quem e o que vem pela frente.",
        "What the shop sold, to whom, and what lies ahead.",
    ),
    "overview.revenue": ("Receita líquida", "Net revenue"),
    "overview.revenue_help": (
        "Vendas menos devoluções, sem pedidos cancelados e sem frete. Dados até {day}.",
        "Sales less returns, without cancelled orders and freight. Data through {day}.",
    ),
    "overview.orders": ("Pedidos", "Orders"),
    "overview.orders_help": (
        "Pedidos com itens, sem os cancelados. Com uma categoria escolhida: pedidos com algum item dela. Dados até "
        "{day}.",
        "Orders with items, without the cancelled. Under a category: orders with an item of it. Data through {day}.",
    ),
    "overview.ticket": ("Ticket médio", "Average ticket"),
    "overview.ticket_help": (
        "Receita antes de devoluções dividida pelos pedidos. Dados até {day}.",
        "Revenue before returns, divided by orders. Data through {day}.",
    ),
    "overview.active": ("Clientes ativos", "Active customers"),
    "overview.active_help": (
        "Clientes que estavam ativos quando o último mês do período começou. Base inteira: não muda com estado, canal "
        "ou categoria. Dados até {day}.",
        "Customers who were active when the last month of the period began. Whole base: state, channel and category do "
        "not change it. Data through {day}.",
    ),
    "overview.repeat": ("Taxa de recompra", "Repeat rate"),
    "overview.repeat_help": (
        "De quem comprou em cada mês do período, a parte que já tinha comprado antes. Base inteira. Dados até {day}.",
        "Of those who bought in each month of the period, the share who had bought before. Whole base. Data through "
        "{day}.",
    ),
    "overview.churn": ("Taxa de churn mensal", "Monthly churn rate"),
    "overview.churn_help": (
        "De quem estava ativo no começo de cada mês do período, a parte que deixou de estar até o fim dele; só meses "
        "completos. Base inteira. Dados até {day}.",
        "Of those active at the beginning of each month of the period, the share no longer active at its end; whole "
        "months only. Whole base. Data through {day}.",
    ),
    "overview.whole_shop": ("{name} · toda a loja", "{name} · whole shop"),
    "overview.by_month": (
        "Por mês: com estes filtros, muitos dias têm menos de 10 pedidos e ficariam em branco. A previsão é por dia.",
        "By month: with these filters many days have fewer than 10 orders and would stay blank. The forecast is by "
        "day.",
    ),
    "overview.history": (
        "Todo o histórico com os mesmos filtros: {revenue} líquidos em {orders} pedidos, de {first} a {last}.",
        "All history with the same filters: {revenue} net in {orders} orders, {first} to {last}.",
    ),
    "overview.daily": ("Receita por dia e previsão", "Revenue by day and forecast"),
    "overview.daily_help": (
        "Receita por data do pedido (antes de devoluções), sua média de sete dias, e a previsão do modelo campeão com "
        "intervalos de 80 % e 95 %.",
        "Revenue by order date (before returns), its seven-day mean, and the champion's forecast with its 80% and 95% "
        "intervals.",
    ),
    "overview.no_forecast": (
        "A previsão é por estado ou da loja toda: ela some com vários estados, um canal, uma categoria ou um "
        "período que termina antes dos dados.",
        "The forecast is by state or for the whole shop: it goes away under several states, a channel, a category, or "
        "a period that ends before the data.",
    ),
    "overview.no_champion": (
        "A história da loja ainda é curta demais para uma previsão.",
        "The shop's history is too short for a forecast yet.",
    ),
    "overview.actual": ("Receita do dia", "Revenue of the day"),
    "overview.mean": ("Média de 7 dias", "7-day mean"),
    "overview.forecast": ("Previsão", "Forecast"),
    "overview.interval": ("Intervalo de {level} %", "{level}% interval"),
    "overview.map": ("Estados", "States"),
    "overview.map_help": (
        "Cada quadrado é um estado, perto de onde fica no mapa. Estados com menos de 10 pedidos ficam em branco.",
        "Each tile is a state, near its place on the map. States of fewer than 10 orders stay blank.",
    ),
    "overview.map_measure": ("Medida do mapa", "Measure of the map"),
    "overview.categories": ("Categorias que mais vendem", "Best-selling categories"),
    "overview.categories_help": (
        "As doze maiores por receita líquida no período.",
        "The twelve largest by net revenue in the period.",
    ),
    "overview.loyalty": ("Recompra e churn por mês", "Repeat and churn by month"),
    "overview.loyalty_help": (
        "Base inteira, por mês. O churn do mês corrente ainda não se conhece.",
        "Whole base, by month. The churn of the running month is not known yet.",
    ),
    "column.repeat_share": ("Taxa de recompra", "Repeat rate"),
    "column.churn_share": ("Taxa de churn", "Churn rate"),
    "column.mean_brl": ("Média de 7 dias ({currency})", "7-day mean ({currency})"),
    "column.active_customer_count": ("Clientes ativos", "Active customers"),
}
