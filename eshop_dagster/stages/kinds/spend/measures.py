"""What is measured of a spend model."""

from eshop_dagster.stages.measures import Measure, Words

MEASURES = (
    Measure(
        "rmse_brl",
        Words("RMSE ({currency})", "RMSE ({currency})"),
        "lower",
        Words(
            "raiz do erro quadrático médio do gasto previsto por cliente",
            "root mean squared error of the spend predicted by customer",
        ),
    ),
    Measure(
        "mae_brl",
        Words("Erro absoluto médio ({currency})", "Mean absolute error ({currency})"),
        "lower",
        Words("distância média entre o gasto previsto e o real", "mean distance between predicted and true spend"),
    ),
    Measure(
        "brier",
        Words("Brier da probabilidade de comprar", "Brier score of the probability to buy"),
        "lower",
        Words("erro quadrático médio da probabilidade", "mean squared error of the probability"),
    ),
    Measure(
        "r2",
        Words("R²", "R²"),
        "higher",
        Words("parte da variação do gasto que é explicada", "share of the variance of spend that is explained"),
    ),
    Measure(
        "spearman",
        Words("Correlação de postos (Spearman)", "Rank correlation (Spearman)"),
        "higher",
        Words("quão bem os clientes são ordenados, de -1 a 1", "how well customers are ranked, -1 to 1"),
    ),
    Measure(
        "top_decile_share",
        Words("Gasto no décimo mais promissor (0–1)", "Spend held by the top tenth (0–1)"),
        "higher",
        Words("parte do gasto real que esse décimo fez", "share of the true spend that came from that tenth"),
    ),
    Measure(
        "normalised_gini",
        Words("Gini normalizado", "Normalised Gini"),
        "higher",
        Words("ordenação em relação à perfeita, até 1", "ranking as a share of the perfect one, up to 1"),
    ),
    Measure(
        "auc",
        Words("AUC da probabilidade de comprar", "AUC of the probability to buy"),
        "higher",
        Words(
            "chance de que um comprador tenha probabilidade maior que a de um não comprador",
            "chance that a buyer has a higher probability than a customer who does not buy",
        ),
    ),
    Measure(
        "calibration_ratio",
        Words("Total previsto / real", "Predicted / true total"),
        1.0,
        Words("1 quando o total previsto é o real", "1 where the predicted total is the true one"),
    ),
    Measure(
        "coverage_80_share",
        Words("Cobertura do intervalo de 80%", "Coverage of the 80% interval"),
        0.8,
        Words("parte dos compradores dentro do intervalo", "share of buyers within the interval"),
    ),
    Measure(
        "coverage_95_share",
        Words("Cobertura do intervalo de 95%", "Coverage of the 95% interval"),
        0.95,
        Words("parte dos compradores dentro do intervalo", "share of buyers within the interval"),
    ),
)
"""The first decides."""
