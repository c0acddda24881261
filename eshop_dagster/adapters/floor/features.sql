-- Every customer's features at one cut-off by plain SQL from raw: orders as they were known on the day before it.
CREATE OR REPLACE TABLE known AS
SELECT order_id, max(changed_date) AS changed_date
FROM raw_orders WHERE changed_date < DATE '{as_of_date}' GROUP BY order_id;

CREATE OR REPLACE TABLE known_items AS
SELECT raw_items.* FROM raw_items JOIN known USING (order_id, changed_date);

CREATE OR REPLACE TABLE customer_features AS
WITH lines AS (
    SELECT order_id, sum(line_total_brl) FILTER (NOT is_return) AS sold_brl,
        -sum(line_total_brl) FILTER (is_return) AS returned_brl, sum(freight_brl) AS freight_brl,
        count(*) FILTER (NOT is_return) AS item_count, count(*) FILTER (line_total_brl < 0) AS returned_item_count,
        count(*) FILTER (line_total_brl > 0) AS paid_item_count, bool_or(is_return) AS has_returned_lines
    FROM known_items GROUP BY order_id
),
orders AS (
    SELECT order_id, customer_key, ordered_date, channel, state, is_cancelled,
        coalesce(item_count, 0) AS item_count,
        coalesce(if(is_returned AND NOT has_returned_lines, paid_item_count, returned_item_count), 0)
            AS returned_item_count,
        if(is_cancelled, 0, coalesce(sold_brl, 0))::DECIMAL(18, 2) AS revenue_brl,
        if(is_cancelled, 0, coalesce(if(is_returned AND NOT has_returned_lines, sold_brl, returned_brl), 0))
            ::DECIMAL(18, 2) AS returned_brl,
        coalesce(freight_brl, 0)::DECIMAL(18, 2) AS freight_brl,
        timezone('{time_zone}', delivered_at)::DATE > promised_date AS is_late,
        NOT is_cancelled AND coalesce(item_count, 0) > 0 AS is_sale, DATE '{as_of_date}' AS as_of_date
    FROM raw_orders JOIN known USING (order_id, changed_date) LEFT JOIN lines USING (order_id)
    WHERE customer_key IS NOT NULL
),
behaviour AS (
    SELECT customer_key, as_of_date, arg_max(state, (ordered_date, order_id)) AS state,
        as_of_date - max(ordered_date) FILTER (is_sale) AS recency_days,
        as_of_date - min(ordered_date) FILTER (is_sale) AS tenure_days,
        count(*) FILTER (is_sale) AS order_count,
        count(*) FILTER (is_sale AND ordered_date >= as_of_date - 30) AS order_last_30_days_count,
        count(*) FILTER (is_sale AND ordered_date >= as_of_date - 90) AS order_last_90_days_count,
        count(*) FILTER (is_sale AND ordered_date >= as_of_date - 365) AS order_last_365_days_count,
        greatest(sum(revenue_brl - returned_brl), 0) AS net_revenue_brl,
        greatest(coalesce(sum(revenue_brl - returned_brl) FILTER (ordered_date >= as_of_date - 90), 0), 0)
            AS net_revenue_last_90_days_brl,
        greatest(coalesce(sum(revenue_brl - returned_brl) FILTER (ordered_date >= as_of_date - 365), 0), 0)
            AS net_revenue_last_365_days_brl,
        sum(revenue_brl - returned_brl) FILTER (ordered_date BETWEEN as_of_date - 365 AND as_of_date - 276)
            AS net_revenue_same_season_last_year_brl,
        sum(revenue_brl) AS sold_brl, (100 * sum(revenue_brl))::HUGEINT AS sold_cents,
        (10000 * sum(revenue_brl::DECIMAL(38, 2) * revenue_brl))::HUGEINT AS squared_cents,
        max(struct_pack(on_date := ordered_date, brl := revenue_brl)) FILTER (is_sale) AS last_sale,
        list_sort(list(ordered_date) FILTER (is_sale)) AS sale_dates,
        max(revenue_brl) AS largest_ticket_brl, sum(item_count) FILTER (is_sale) AS item_count,
        greatest(sum(freight_brl) FILTER (NOT is_cancelled), 0)::DOUBLE
            / nullif(greatest(sum(freight_brl) FILTER (NOT is_cancelled), 0) + sum(revenue_brl), 0) AS freight_share,
        count(*) FILTER (is_sale AND channel = 'app') / count(*) FILTER (is_sale) AS app_share,
        count(*) FILTER (is_sale AND channel = 'store') / count(*) FILTER (is_sale) AS store_share,
        count(*) FILTER (is_cancelled) AS cancelled_order_count, sum(returned_item_count) AS returned_item_count,
        count(*) FILTER (is_late) AS late_delivery_count, count(*) AS any_order_count,
        count(*) FILTER (returned_item_count > 0) AS returned_order_count
    FROM orders GROUP BY customer_key, as_of_date HAVING count(*) FILTER (is_sale) > 0
),
rhythm AS (
    SELECT *, order_count - 1 AS gap_count, tenure_days - recency_days AS span_days,
        if(order_count > 1, (tenure_days - recency_days) / (order_count - 1), tenure_days)::DOUBLE
            AS interpurchase_days,
        coalesce(list_sum([(sale_dates[i + 1] - sale_dates[i]) ** 2 FOR i IN range(1, order_count)]), 0)::BIGINT
            AS squared_gaps,
        net_revenue_last_90_days_brl::DOUBLE * greatest(tenure_days - 90, 90) AS recent_pace,
        greatest(net_revenue_brl - net_revenue_last_90_days_brl, 0)::DOUBLE * 90 AS past_pace
    FROM behaviour
),
products AS (
    SELECT product_id, arg_max_null(category, changed_date) AS category
    FROM raw_products WHERE changed_date < DATE '{as_of_date}' GROUP BY product_id
),
categories AS (
    SELECT customer_key, count(*) AS category_count, max(line_count) / sum(line_count) AS favourite_category_share,
        1 - sum(line_count * line_count) / (sum(line_count) * sum(line_count)) AS category_mix_share
    FROM (
        SELECT customer_key, coalesce(category, 'unknown') AS category, count(*) AS line_count
        FROM orders JOIN known_items USING (order_id) LEFT JOIN products USING (product_id)
        WHERE is_sale AND NOT is_return GROUP BY ALL
    ) GROUP BY customer_key
)
SELECT customer_key, as_of_date, state, recency_days::DOUBLE AS recency_days, tenure_days::DOUBLE AS tenure_days,
    order_count::DOUBLE AS order_count, order_last_30_days_count::DOUBLE AS order_last_30_days_count,
    order_last_90_days_count::DOUBLE AS order_last_90_days_count,
    order_last_365_days_count::DOUBLE AS order_last_365_days_count, net_revenue_brl::DOUBLE AS net_revenue_brl,
    net_revenue_last_90_days_brl::DOUBLE AS net_revenue_last_90_days_brl,
    net_revenue_last_365_days_brl::DOUBLE AS net_revenue_last_365_days_brl,
    greatest(coalesce(net_revenue_same_season_last_year_brl, 0), 0)::DOUBLE AS net_revenue_same_season_last_year_brl,
    sold_brl::DOUBLE / order_count AS average_ticket_brl, largest_ticket_brl::DOUBLE AS largest_ticket_brl,
    last_sale.brl::DOUBLE AS last_ticket_brl,
    sqrt((order_count * squared_cents - sold_cents * sold_cents)::DOUBLE) / order_count / 100 AS ticket_spread_brl,
    item_count::DOUBLE AS item_count, item_count::DOUBLE / order_count AS average_item_count,
    category_count::DOUBLE AS category_count, favourite_category_share::DOUBLE AS favourite_category_share,
    category_mix_share::DOUBLE AS category_mix_share,
    coalesce(freight_share, 0)::DOUBLE AS freight_share, app_share::DOUBLE AS app_share,
    store_share::DOUBLE AS store_share, cancelled_order_count::DOUBLE AS cancelled_order_count,
    returned_item_count::DOUBLE AS returned_item_count, late_delivery_count::DOUBLE AS late_delivery_count,
    cancelled_order_count / any_order_count AS cancelled_order_share,
    returned_order_count / any_order_count AS returned_order_share,
    late_delivery_count / any_order_count AS late_delivery_share, interpurchase_days,
    sqrt((gap_count * squared_gaps - span_days * span_days)::DOUBLE) / greatest(gap_count, 1)
        AS interpurchase_spread_days,
    recency_days / (recency_days + interpurchase_days) AS silence_share,
    if(tenure_days > 90 AND net_revenue_brl > 0, recent_pace / (recent_pace + past_pace), 0.5)::DOUBLE
        AS net_revenue_trend_share,
    sin(2 * pi() * dayofyear(as_of_date) / 365.25) AS day_of_year_sin,
    cos(2 * pi() * dayofyear(as_of_date) / 365.25) AS day_of_year_cos
FROM rhythm JOIN categories USING (customer_key);
