"""Texts of shops outside Brazil, in the place of those by the same keys: they have regions, no map and other laws."""

TEXTS: dict[str, tuple[str, str]] = {
    "app.title": ("E-Shop · Painel", "E-Shop · Dashboard"),
    "filter.states": ("Região", "Region"),
    "column.state": ("Região", "Region"),
    "column.state_name": ("Nome da região", "Region name"),
    "customers.count_help": (
        "Clientes que já fizeram um pedido, nas regiões e segmentos escolhidos, sem os segmentos que não se mostram. "
        "Dados até {day}.",
        "Customers who have ordered, of the chosen regions and segments, without segments that are not shown. Data "
        "through {day}.",
    ),
    "customers.states": ("Clientes por região", "Customers by region"),
    "customers.states_help": (
        "Região do cadastro, até 20; regiões com menos de 10 clientes ficam de fora.",
        "Region of registration, up to 20; regions of fewer than 10 customers are left out.",
    ),
    "customers.list_help": (
        "Os clientes dos segmentos e regiões escolhidos, do maior para o menor gasto esperado, sem dados pessoais. "
        "Até {most} linhas; para a base inteira, use `eshop export segments`.",
        "The customers of the chosen segments and regions, by falling expected spend, without personal data. At most "
        "{most} rows; for the whole base use `eshop export segments`.",
    ),
    "customers.revealed": (
        "Acesso registrado. Use estes dados só para o que a lei permite.",
        "Access recorded. Use this data only as the law allows.",
    ),
    "deliveries.map": ("Atraso por região", "Lateness by region"),
    "deliveries.map_help": (
        "Parte das entregas atrasadas pela região do cliente, até 20; menos de 10 entregas ficam de fora.",
        "Share of late deliveries by the customer's region, up to 20; fewer than 10 deliveries are left out.",
    ),
    "deliveries.states": ("Prazo por região", "Days by region"),
    "deliveries.states_help": (
        "Média de dias entre o pedido e a entrega, da região mais lenta para a mais rápida.",
        "Mean days from order to delivery, the slowest region first.",
    ),
    "deliveries.routes_help": (
        "Da região do vendedor à do cliente, com 10 entregas ou mais; das mais lentas para as mais rápidas.",
        "From the seller's region to the customer's, of 10 deliveries or more; the slowest first.",
    ),
    "forecasts.no_place": ("Não há previsão para esta região.", "There is no forecast for this region."),
    "forecasts.one_place": (
        "Escolha uma só região, ou nenhuma: intervalos de regiões não se somam.",
        "Choose one region, or none: intervals of regions do not add up.",
    ),
    "overview.active_help": (
        "Clientes que estavam ativos quando o último mês do período começou. Base inteira: não muda com região, canal "
        "ou categoria. Dados até {day}.",
        "Customers who were active when the last month of the period began. Whole base: region, channel and category "
        "do not change it. Data through {day}.",
    ),
    "overview.no_forecast": (
        "A previsão é por região ou da loja toda: ela some com várias regiões, um canal, uma categoria ou um "
        "período que termina antes dos dados.",
        "The forecast is by region or for the whole shop: it goes away under several regions, a channel, a category, "
        "or a period that ends before the data.",
    ),
    "overview.map": ("Regiões", "Regions"),
    "overview.map_help": (
        "As 20 regiões com os maiores valores. Regiões com menos de 10 pedidos ficam de fora.",
        "The 20 regions with the largest values. Regions of fewer than 10 orders are left out.",
    ),
    "overview.map_measure": ("Medida", "Measure"),
}
"""In Portuguese and English, with the same places as what they stand for."""
