"""The curated tables that leave the warehouse."""

MARTS: dict[str, tuple[str, ...]] = {
    "dim_customers": ("customer_key",),
    "dim_products": ("product_id",),
    "fct_orders": ("order_id",),
    "fct_order_items": ("order_id", "line_number"),
    "fct_payments": ("order_id", "sequence"),
    "agg_daily_sales": ("ordered_date", "state", "channel", "category"),
}
"""What is published: each table with the columns of its grain."""

FACTS = tuple(mart for mart in MARTS if mart.startswith("fct_"))
"""Tables that are hashed and published business date by business date."""
