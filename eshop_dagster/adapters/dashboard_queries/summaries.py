"""Counts over the facts that no published aggregate holds: each is one scan of few columns, once a release."""

# Late parcels are the last to arrive: among the newest orders those that have come look more punctual than all will
# be. An order day counts once as long has passed as 99 of 100 deliveries with a promise take (of all, where the shop
# makes none), those of the last 90 days left out.
_MATURITY = """
    SELECT
        ceil(coalesce(
            quantile_cont(delivery_days, 0.99) FILTER (is_late IS NOT NULL AND ordered_date < last_day - 90),
            quantile_cont(delivery_days, 0.99) FILTER (is_late IS NOT NULL),
            quantile_cont(delivery_days, 0.99) FILTER (ordered_date < last_day - 90),
            quantile_cont(delivery_days, 0.99), 0
        ))::INTEGER AS arrival_days,
        last_day - arrival_days AS open_from_date
    FROM (SELECT DATE '{data_through}' AS last_day)
    LEFT JOIN fct_deliveries ON NOT is_cancelled AND delivery_days IS NOT NULL
    GROUP BY last_day
    HAVING count(ordered_date) > 0
"""
# A parcel that was handed over counts although its order was cancelled later.
_CARRIED = "(NOT is_cancelled OR delivery_days IS NOT NULL)"
_IS_MATURE = f"ordered_date < (SELECT coalesce(max(open_from_date), DATE '9999-12-31') FROM ({_MATURITY}))"

SUMMARIES: dict[str, str] = {
    # agg_daily_sales counts an order once in each of its categories, so that its orders cannot be added up.
    "orders_by_day": """
        SELECT ordered_date, coalesce(state, 'unknown') AS state, coalesce(channel, 'unknown') AS channel,
            count(*) AS order_count
        FROM fct_orders WHERE is_sale GROUP BY ALL
    """,
    "deliveries_maturity": _MATURITY,
    "deliveries_by_route": f"""
        SELECT date_trunc('month', ordered_date)::DATE AS ordered_month, coalesce(seller_state, 'unknown') AS
            seller_state, coalesce(state, 'unknown') AS state, coalesce(channel, 'unknown') AS channel,
            coalesce(is_remote_region, false) AS is_remote_region, count(delivery_days) AS delivered_count,
            coalesce(sum(delivery_days), 0) AS delivery_days_total, count(handling_days) AS handled_count,
            coalesce(sum(handling_days), 0) AS handling_days_total, count(transit_days) AS carried_count,
            coalesce(sum(transit_days), 0) AS transit_days_total, count(is_late) AS promised_count,
            count(*) FILTER (WHERE is_late_by_instant) AS late_by_instant_count,
            count(*) FILTER (WHERE is_late) AS late_count,
            count(late_days) AS dated_count, coalesce(sum(late_days), 0) AS late_days_total,
            {_IS_MATURE} AS is_mature
        FROM fct_deliveries WHERE {_CARRIED} GROUP BY ALL
    """,
    "deliveries_by_delay": f"""
        SELECT date_trunc('month', ordered_date)::DATE AS ordered_month, coalesce(state, 'unknown') AS state,
            coalesce(channel, 'unknown') AS channel, greatest(least(late_days, 30), -30)::INTEGER AS late_days,
            count(*) AS order_count
        FROM fct_deliveries WHERE {_CARRIED} AND late_days IS NOT NULL AND {_IS_MATURE} GROUP BY ALL
    """,
    "orders_by_worth": """
        SELECT date_trunc('month', ordered_date)::DATE AS ordered_month, coalesce(state, 'unknown') AS state,
            coalesce(channel, 'unknown') AS channel, floor(log10(greatest(revenue_brl, 1)::DOUBLE) * 10)::INTEGER AS
            worth_step, count(*) AS order_count
        FROM fct_orders WHERE is_sale GROUP BY ALL
    """,
    "customers_by_group": """
        SELECT coalesce(customers.customer_state, 'unknown') AS state, scores.segment_id, count(*) AS customer_count,
            sum(scores.expected_spend_brl) AS expected_spend_brl,
            sum(customers.net_revenue_brl)::DOUBLE AS net_revenue_brl,
            sum(customers.placed_order_count - customers.cancelled_order_count) AS order_count,
            count(*) FILTER (WHERE scores.is_outlier) AS outlier_count
        FROM dim_customers AS customers INNER JOIN customer_scores AS scores USING (customer_key)
        GROUP BY ALL
    """,
    "expected_spend_by_tenth": """
        SELECT decile, count(*) AS customer_count, sum(expected) AS expected_spend_brl, avg(expected) AS
            expected_spend_brl_mean, min(expected) AS expected_spend_brl_least
        FROM (
            SELECT expected_spend_brl AS expected,
                ntile(10) OVER (ORDER BY expected_spend_brl DESC, customer_key) AS decile
            FROM customer_scores
        )
        GROUP BY decile
    """,
    "listed_customers": """
        SELECT customer_key, scores.segment_id, coalesce(customers.customer_state, 'unknown') AS state,
            customers.customer_city AS city,
            customers.placed_order_count - customers.cancelled_order_count AS order_count,
            customers.net_revenue_brl::DOUBLE AS net_revenue_brl,
            timezone('{time_zone}', customers.last_ordered_at)::DATE AS last_ordered_date,
            scores.expected_spend_brl, scores.purchase_probability, scores.spend_if_buying_brl,
            scores.segment_typicality, scores.is_outlier
        FROM customer_scores AS scores INNER JOIN dim_customers AS customers USING (customer_key)
        QUALIFY row_number() OVER (
            PARTITION BY scores.segment_id, coalesce(customers.customer_state, 'unknown')
            ORDER BY scores.expected_spend_brl DESC, customer_key
        ) <= 5000
    """,
}
"""SQL by name; `{time_zone}` is the shop's, `{data_through}` the last day that the release knows.

Orders of a day; from which order day on deliveries are open; deliveries by month and route (sums of days, so that means
can be taken over any choice; `is_mature` is true of the days before), and by days after the promise (clipped at 30);
orders by tenths of a power of ten of their worth; customers by state and segment; tenths of the customers by expected
spend; and those who can be listed.
"""

LISTED_CUSTOMERS = 5000
"""How many of each state and segment can be listed: those who are expected to spend most."""
