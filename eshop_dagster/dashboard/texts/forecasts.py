"""Texts of the forecasts."""

TEXTS: dict[str, tuple[str, str]] = {
    "forecasts.lead": (
        "O que a loja deve faturar, quanto as previsões acertaram e quem deve gastar mais.",
        "What the shop should take, how right forecasts were, and who should spend most.",
    ),
    "forecasts.no_model": (
        "A história da loja ainda é curta demais para uma previsão.",
        "The shop's history is too short for a forecast yet.",
    ),
    "forecasts.no_place": ("Não há previsão para este estado.", "There is no forecast for this state."),
    "forecasts.next28": ("Próximos 28 dias", "Next 28 days"),
    "forecasts.next28_help": (
        "Receita prevista para os 28 dias depois de {day}, antes de devoluções.",
        "Revenue forecast for the 28 days after {day}, before returns.",
    ),
    "forecasts.next90": ("Próximos 90 dias", "Next 90 days"),
    "forecasts.next90_help": (
        "Receita prevista para os 90 dias depois de {day}, antes de devoluções.",
        "Revenue forecast for the 90 days after {day}, before returns.",
    ),
    "forecasts.reconciled": (
        "De onde vem a receita dos próximos {days} dias",
        "Where the revenue of the next {days} days comes from",
    ),
    "forecasts.reconciled_help": (
        "O gasto esperado por cliente soma só quem já comprou e já desconta devoluções; a previsão conta todos, antes "
        "das devoluções. As devoluções esperadas seguem as dos últimos 12 meses. O que falta são clientes que ainda "
        "virão, e a diferença entre os dois modelos.",
        "What each customer is expected to spend adds up those who have bought, net of returns; the forecast counts "
        "everybody, before returns. The returns to expect follow those of the last 12 months. The rest are customers "
        "to come, and the difference between the two models.",
    ),
    "forecasts.known": ("Clientes que já compraram, líquido", "Customers who have bought, net"),
    "forecasts.to_come": ("Clientes que ainda virão, líquido (o que falta)", "Customers to come, net (the rest)"),
    "forecasts.returns": ("Devoluções esperadas", "Returns to expect"),
    "forecasts.forecast": ("Previsão de receita, antes de devoluções", "Revenue forecast, before returns"),
    "column.part": ("Parte", "Part"),
    "column.amount_brl": ("Valor ({currency})", "Amount ({currency})"),
    "forecasts.ticket": ("Ticket médio previsto", "Average ticket forecast"),
    "forecasts.ticket_help": (
        "Receita prevista dividida pelos pedidos previstos, nos 28 dias depois de {day}.",
        "Revenue forecast divided by the orders forecast, over the 28 days after {day}.",
    ),
    "forecasts.one_place": (
        "Escolha um só estado, ou nenhum: intervalos de estados não se somam.",
        "Choose one state, or none: intervals of states do not add up.",
    ),
    "forecasts.ahead": ("Previsão por dia", "Forecast by day"),
    "forecasts.ahead_help": (
        "Previsão do modelo campeão para os próximos três meses, com intervalos de 80 % e 95 %, e os últimos "
        "90 dias reais.",
        "The champion's forecast for the next three months, with 80% and 95% intervals, and the last 90 real days.",
    ),
    "forecasts.months": ("Previsão por mês", "Forecast by month"),
    "forecasts.months_help": (
        "Receita real dos últimos meses e prevista para os próximos. O mês em que os dados acabam soma os dois.",
        "Revenue of the last months and forecast for the next. The month in which the data ends adds up both.",
    ),
    "forecasts.part_month": (
        "A última coluna não é um mês inteiro: a previsão vai até {day}.",
        "The last column is not a whole month: the forecast ends on {day}.",
    ),
    "forecasts.real": ("Real", "Real"),
    "forecasts.predicted": ("Prevista", "Forecast"),
    "forecasts.against": ("Previsto contra real", "Forecast against real"),
    "forecasts.against_help": (
        "Teste de volta no tempo: em cada origem o modelo só conhecia o passado e previu os dias seguintes; aqui, os "
        "dias até sete dias à frente, ao lado do que aconteceu.",
        "Backtest: at each origin the model knew the past only and forecast the days that followed; here the days up "
        "to seven ahead, beside what happened.",
    ),
    "forecasts.error": ("Erro por antecedência", "Error by how far ahead"),
    "forecasts.error_help": (
        "Soma dos erros absolutos dividida pela receita real, por semana à frente, do modelo e da melhor previsão "
        "ingênua (a média do mesmo dia da semana, a última semana ou o mesmo dia do ano passado).",
        "Sum of absolute errors divided by real revenue, by week ahead, of the model and of the best naive forecast "
        "(the weekday's mean, last week, or the same day of last year).",
    ),
    "forecasts.model": ("Modelo", "Model"),
    "forecasts.naive": ("Ingênua", "Naive"),
    "forecasts.week": ("Semanas à frente", "Weeks ahead"),
    "forecasts.error_axis": ("Erro (% da receita)", "Error (% of revenue)"),
    "forecasts.deciles": ("Gasto esperado por décimo de clientes", "Expected spend by tenth of customers"),
    "forecasts.deciles_help": (
        "Os clientes em dez grupos iguais, do maior ao menor gasto esperado em {window} dias. Base inteira.",
        "The customers in ten equal groups, by falling expected spend in the next {window} days. Whole base.",
    ),
    "forecasts.decile": ("Décimo de clientes (1 = maior gasto esperado)", "Tenth of customers (1 = most expected)"),
    "forecasts.judged": ("Previsto e real por décimo (validação)", "Predicted and real by tenth (holdout)"),
    "forecasts.judged_help": (
        "Em clientes que o modelo não viu: o gasto médio previsto e o real de cada décimo. A base da promoção do "
        "modelo.",
        "On customers that the model had not seen: mean predicted and real spend of each tenth. What its promotion "
        "rests on.",
    ),
    "forecasts.lift": ("Curva de ganho e lift", "Gain curve and lift"),
    "forecasts.lift_help": (
        "Que parte do gasto real está nos primeiros décimos: pelo modelo, pela melhor referência, pela "
        "ordem perfeita e ao acaso.",
        "Which share of real spend lies in the first tenths: by the model, by the best baseline, by the "
        "perfect order, and at random.",
    ),
    "forecasts.lift_note": (
        "O primeiro décimo gasta {lift} vezes a média e concentra {share} do gasto.",
        "The first tenth spends {lift} times the mean and holds {share} of the spend.",
    ),
    "forecasts.no_spend": (
        "Ainda não há modelo campeão de gasto: não se espera nenhum número.",
        "There is no spend champion yet: no number is expected.",
    ),
    "forecasts.no_deciles": (
        "O modelo em uso foi treinado antes de existir esta tabela; o próximo retreino a traz.",
        "The present model was trained before this table existed; the next retrain brings it.",
    ),
    "forecasts.gain_model": ("Modelo", "Model"),
    "forecasts.gain_baseline": ("Melhor referência", "Best baseline"),
    "forecasts.gain_perfect": ("Ordem perfeita", "Perfect order"),
    "forecasts.gain_random": ("Ao acaso", "At random"),
    "forecasts.gain_axis": ("Parte do gasto real", "Share of real spend"),
    "column.decile": ("Décimo", "Tenth"),
    "column.predicted_mean_brl": ("Gasto médio previsto ({currency})", "Mean predicted spend ({currency})"),
    "column.actual_mean_brl": ("Gasto médio real ({currency})", "Mean real spend ({currency})"),
    "column.expected_spend_brl_mean": ("Gasto esperado médio ({currency})", "Mean expected spend ({currency})"),
    "column.expected_spend_brl_least": ("Menor gasto esperado ({currency})", "Least expected spend ({currency})"),
    "column.lift": ("Lift", "Lift"),
    "column.gain_share": ("Ganho do modelo", "Gain of the model"),
    "column.baseline_gain_share": ("Ganho da melhor referência", "Gain of the best baseline"),
    "column.perfect_gain_share": ("Ganho da ordem perfeita", "Gain of the perfect order"),
    "column.predicted_brl": ("Receita prevista ({currency})", "Forecast revenue ({currency})"),
    "column.actual_brl": ("Receita real ({currency})", "Real revenue ({currency})"),
    "column.week_ahead": ("Semana à frente", "Week ahead"),
    "column.model_error": ("Erro do modelo", "Error of the model"),
    "column.naive_error": ("Erro da ingênua", "Error of the naive"),
    "column.month": ("Mês", "Month"),
}
