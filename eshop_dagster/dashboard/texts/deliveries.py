"""Texts of deliveries."""

TEXTS: dict[str, tuple[str, str]] = {
    "deliveries.lead": (
        "Quanto demora, quanto atrasa e onde.",
        "How long it takes, how much is late, and where.",
    ),
    "deliveries.empty": ("Não há entregas para estes filtros.", "There are no deliveries for these filters."),
    "deliveries.late": ("Entregas atrasadas", "Late deliveries"),
    "deliveries.late_help": (
        "Das entregas com prazo prometido, a parte que chegou num dia posterior ao prometido. Pela data do pedido. "
        "Dados até {day}.",
        "Of deliveries with a promised date, the share that arrived on a later day than promised. By order date. "
        "Data through {day}.",
    ),
    "deliveries.late_by_instant": ("Após a meia-noite", "After midnight"),
    "deliveries.late_by_instant_help": (
        "A parte que chegou depois da meia-noite em que o dia prometido começou: conta também o que chegou no próprio "
        "dia. Dados até {day}.",
        "The share that arrived after the midnight at which the promised day began: what came on that day counts too. "
        "Data through {day}.",
    ),
    "deliveries.days": ("Prazo médio", "Mean days"),
    "deliveries.days_help": (
        "Dias entre o pedido e a entrega, na média. Dados até {day}.",
        "Days from order to delivery, on average. Data through {day}.",
    ),
    "deliveries.count": ("Pedidos entregues", "Orders delivered"),
    "deliveries.count_help": (
        "Pedidos não cancelados com data de entrega. Dados até {day}.",
        "Orders, not cancelled, with a delivery date. Data through {day}.",
    ),
    "deliveries.unit_days": ("{days} dias", "{days} days"),
    "deliveries.history": (
        "Todo o histórico que já chegou, com os mesmos filtros: {late} de {promised} entregas atrasadas ({share}).",
        "All that has arrived so far, with the same filters: {late} of {promised} deliveries late ({share}).",
    ),
    "deliveries.open": (
        "Pedidos feitos a partir de {day} ainda estão em aberto e não contam nesta página: as entregas atrasadas "
        "chegam por último, e os números pareceriam melhores do que são. Em {days} dias chegam 99 de cada 100 "
        "entregas.",
        "Orders placed from {day} on are still open and do not count on this page: late parcels arrive last, and the "
        "figures would look better than they are. Within {days} days 99 of 100 deliveries arrive.",
    ),
    "deliveries.months": ("Atraso por mês", "Lateness by month"),
    "deliveries.months_help": (
        "Pela data do pedido; só contam dias cujas entregas já tiveram tempo de chegar, mesmo atrasadas.",
        "By order date; only days count whose deliveries have had the time to arrive, even late.",
    ),
    "deliveries.durations": ("Prazo por mês", "Days by month"),
    "deliveries.durations_help": (
        "Média de dias: separação (aprovação até envio), transporte (envio até entrega) e total. Só contam dias cujas "
        "entregas já tiveram tempo de chegar.",
        "Mean days: handling (approval to shipping), transit (shipping to delivery) and in all. Only days count whose "
        "deliveries have had the time to arrive.",
    ),
    "deliveries.map": ("Atraso por estado", "Lateness by state"),
    "deliveries.map_help": (
        "Parte das entregas atrasadas pelo estado do cliente; menos de 10 entregas ficam em branco.",
        "Share of late deliveries by the customer's state; fewer than 10 deliveries stay blank.",
    ),
    "deliveries.states": ("Prazo por estado", "Days by state"),
    "deliveries.states_help": (
        "Média de dias entre o pedido e a entrega, do estado mais lento para o mais rápido.",
        "Mean days from order to delivery, the slowest state first.",
    ),
    "deliveries.delay": ("Prometido contra real", "Promised against real"),
    "deliveries.delay_help": (
        "Entregas por dias depois da data prometida: à esquerda do zero chegaram antes. As pontas somam tudo além de "
        "30 dias.",
        "Deliveries by days after the promised date: those left of zero came early. The ends hold all beyond 30 days.",
    ),
    "deliveries.delay_axis": ("Dias depois da data prometida", "Days after the promised date"),
    "deliveries.remote": ("Regiões remotas", "Remote regions"),
    "deliveries.remote_help": (
        "Norte e outros estados de acesso difícil, ao lado dos demais.",
        "States that are hard to reach, beside the others.",
    ),
    "deliveries.is_remote": ("Remota", "Remote"),
    "deliveries.is_not_remote": ("Demais", "Others"),
    "deliveries.routes": ("Rotas mais lentas", "Slowest routes"),
    "deliveries.routes_help": (
        "Do estado do vendedor ao do cliente, com 10 entregas ou mais; das mais lentas para as mais rápidas.",
        "From the seller's state to the customer's, of 10 deliveries or more; the slowest first.",
    ),
    "column.seller_state": ("Origem", "Origin"),
    "column.destination": ("Destino", "Destination"),
    "column.remoteness": ("Região", "Region"),
    "column.delivered_count": ("Entregas", "Deliveries"),
    "column.promised_count": ("Com prazo", "With a promise"),
    "column.late_count": ("Atrasadas", "Late"),
    "column.late_share": ("Atraso", "Late share"),
    "column.late_by_instant_share": ("Após a meia-noite", "After midnight"),
    "column.delivery_days": ("Dias até a entrega", "Days to delivery"),
    "column.handling_days": ("Dias de separação", "Handling days"),
    "column.transit_days": ("Dias de transporte", "Transit days"),
    "column.late_days": ("Dias depois do prometido", "Days after the promise"),
}
