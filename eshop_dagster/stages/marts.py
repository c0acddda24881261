"""The curated tables that leave the warehouse."""

MARTS: dict[str, tuple[str, ...]] = {
    "dim_customers": ("customer_key",),
    "dim_customer_states": ("customer_key", "known_from_date"),
    "dim_products": ("product_id",),
    "dim_sellers": ("seller_id",),
    "dim_dates": ("calendar_date",),
    "fct_orders": ("order_id",),
    "fct_order_items": ("order_id", "line_number"),
    "fct_payments": ("order_id", "sequence"),
    "fct_deliveries": ("order_id",),
    "fct_reviews": ("review_id", "order_id"),
    "agg_daily_sales": ("ordered_date", "state", "channel", "category"),
    "agg_monthly_sales": ("ordered_month", "state", "channel", "category"),
    "agg_monthly_deliveries": ("ordered_month", "state", "channel"),
    "agg_cohort_retention": ("cohort_month", "ordered_month"),
    "agg_churn": ("ordered_month",),
    "rec_payment_reconciliation": ("order_id",),
}
"""What is published: each table with the columns of its grain."""

FACTS = tuple(mart for mart in MARTS if mart.startswith("fct_"))
"""Tables that are published business date by business date."""

DATED = (*FACTS, "int_orders__versions")
"""Tables that are hashed business date by business date: a build's work is then that of the dates it touched."""

BOOKKEEPING: dict[str, tuple[str, ...]] = {fact: ("changed_date",) for fact in FACTS if fact != "fct_orders"}
"""Columns that tell which build wrote a row and nothing of what it says: neither hashed nor published.

When an order changes, its lines and payments are written again, mostly as they were: without this date, what readers
have of them stays the very same file."""
