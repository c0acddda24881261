-- The warehouse's tables from the same Parquet by plain SQL: what the bench holds the platform's full refresh against.
-- Nobody reads these tables; a test holds that their content equals that of the dbt models.
CREATE VIEW raw_customers AS FROM read_parquet('{raw}/customers/*/*.parquet', hive_types = {{'changed_date': DATE}});
CREATE VIEW raw_products AS FROM read_parquet('{raw}/products/*/*.parquet', hive_types = {{'changed_date': DATE}});
CREATE VIEW raw_orders AS
SELECT *, timezone('{time_zone}', ordered_at)::DATE AS ordered_date,
    status IN ('cancelled', 'unavailable') AS is_cancelled, status = 'returned' AS is_returned
FROM read_parquet('{raw}/orders/*/*.parquet', hive_types = {{'changed_date': DATE}});
CREATE VIEW raw_items AS
SELECT * EXCLUDE (freight_brl), coalesce(freight_brl, 0)::DECIMAL(18, 2) AS freight_brl,
    (quantity::DECIMAL(38, 3) * unit_price_brl)::DECIMAL(18, 2) AS line_total_brl, quantity < 0 AS is_return
FROM read_parquet('{raw}/order_items/*/*.parquet', hive_types = {{'changed_date': DATE}});
CREATE VIEW raw_payments AS FROM read_parquet('{raw}/payments/*/*.parquet', hive_types = {{'changed_date': DATE}});

CREATE TABLE newest AS
SELECT order_id, max(changed_date) AS changed_date, arg_max_null(customer_key, changed_date) AS customer_key,
    arg_max(ordered_date, changed_date) AS ordered_date
FROM raw_orders GROUP BY order_id;

CREATE TABLE dim_products AS
SELECT product_id, name AS product_name, category, category_english, weight_kg, list_price_brl, changed_date
FROM raw_products QUALIFY row_number() OVER (PARTITION BY product_id ORDER BY changed_date DESC) = 1;

CREATE TABLE fct_order_items AS
SELECT order_id, line_number, product_id, seller_id, newest.customer_key, newest.ordered_date, quantity,
    unit_price_brl, line_total_brl, freight_brl, is_return,
    CASE WHEN is_cancelled THEN 0 WHEN is_return THEN -line_total_brl
        WHEN is_returned AND NOT bool_or(is_return) OVER (PARTITION BY order_id) THEN line_total_brl ELSE 0
    END::DECIMAL(18, 2) AS returned_brl, changed_date
FROM raw_items JOIN newest USING (order_id, changed_date)
JOIN (SELECT order_id, changed_date, is_cancelled, is_returned FROM raw_orders) USING (order_id, changed_date);

CREATE TABLE fct_payments AS
SELECT order_id, sequence, newest.ordered_date, method, installments AS installment_count, amount_brl,
    changed_date
FROM raw_payments JOIN newest USING (order_id, changed_date);

CREATE TABLE fct_orders AS
WITH lines AS (
    SELECT order_id, count(*) AS line_count, count(*) FILTER (NOT is_return) AS item_count,
        sum(line_total_brl) FILTER (NOT is_return) AS sold_brl, sum(returned_brl) AS returned_brl,
        sum(freight_brl) AS freight_brl
    FROM fct_order_items GROUP BY order_id
),
payments AS (
    SELECT order_id, count(*) AS payment_count, sum(amount_brl) AS paid_brl FROM fct_payments GROUP BY order_id
)
SELECT order_id, orders.customer_key, orders.customer_key IS NULL AS is_guest, status, is_cancelled,
    NOT is_cancelled AND coalesce(item_count, 0) > 0 AS is_sale, channel, state, city, ordered_at, orders.ordered_date,
    approved_at, shipped_at, delivered_at, promised_date,
    timezone('{time_zone}', delivered_at)::DATE > promised_date AS is_late,
    delivered_at > timezone('{time_zone}', promised_date::TIMESTAMP) AS is_late_by_instant,
    coalesce(approved_at < ordered_at OR shipped_at < ordered_at OR shipped_at < approved_at
        OR delivered_at < approved_at OR delivered_at < shipped_at, FALSE) AS has_backward_times,
    coalesce(line_count, 0) AS line_count, coalesce(item_count, 0) AS item_count,
    coalesce(sold_brl, 0)::DECIMAL(18, 2) AS sold_brl, coalesce(freight_brl, 0)::DECIMAL(18, 2) AS freight_brl,
    if(is_cancelled, 0, coalesce(sold_brl, 0))::DECIMAL(18, 2) AS revenue_brl,
    coalesce(returned_brl, 0)::DECIMAL(18, 2) AS returned_brl,
    if(is_cancelled, 0, coalesce(sold_brl, 0) - coalesce(returned_brl, 0))::DECIMAL(18, 2) AS net_revenue_brl,
    coalesce(payment_count, 0) AS payment_count, paid_brl::DECIMAL(18, 2) AS paid_brl, changed_date
FROM raw_orders AS orders JOIN newest USING (order_id, changed_date)
LEFT JOIN lines USING (order_id) LEFT JOIN payments USING (order_id);

CREATE TABLE int_orders__versions AS
WITH lines AS (
    SELECT order_id, changed_date, sum(line_total_brl) FILTER (NOT is_return) AS sold_brl,
        -sum(line_total_brl) FILTER (is_return) AS returned_brl, sum(freight_brl) AS freight_brl,
        count(*) FILTER (NOT is_return) AS item_count, count(*) FILTER (line_total_brl < 0) AS returned_item_count,
        count(*) FILTER (line_total_brl > 0) AS paid_item_count, bool_or(is_return) AS has_returned_lines,
        bit_xor(hash(line_number, product_id)) FILTER (NOT is_return) AS lines_hash
    FROM raw_items GROUP BY order_id, changed_date
),
changes AS (
    SELECT order_id, changed_date AS known_from_date, customer_key, ordered_date, channel, state, is_cancelled,
        coalesce(item_count, 0) AS item_count,
        coalesce(if(is_returned AND NOT has_returned_lines, paid_item_count, returned_item_count), 0)
            AS returned_item_count,
        if(is_cancelled, 0, coalesce(sold_brl, 0))::DECIMAL(18, 2) AS revenue_brl,
        if(is_cancelled, 0, coalesce(if(is_returned AND NOT has_returned_lines, sold_brl, returned_brl), 0))
            ::DECIMAL(18, 2) AS returned_brl,
        coalesce(freight_brl, 0)::DECIMAL(18, 2) AS freight_brl,
        timezone('{time_zone}', delivered_at)::DATE > promised_date AS is_late,
        coalesce(lines_hash, 0) AS lines_hash
    FROM raw_orders LEFT JOIN lines USING (order_id, changed_date)
),
compared AS (
    SELECT *, lag(row_hash) OVER w IS DISTINCT FROM row_hash AS has_changed
    FROM (SELECT *, hash(*COLUMNS(* EXCLUDE (order_id, known_from_date))) AS row_hash FROM changes)
    WINDOW w AS (PARTITION BY order_id ORDER BY known_from_date)
)
SELECT order_id, known_from_date,
    lead(known_from_date) OVER (PARTITION BY order_id ORDER BY known_from_date) AS known_until_date,
    * EXCLUDE (order_id, known_from_date, row_hash, has_changed)
FROM compared WHERE has_changed;

CREATE TABLE agg_daily_sales AS
SELECT ordered_date, coalesce(orders.state, 'unknown') AS state, coalesce(orders.channel, 'unknown') AS channel,
    coalesce(category, 'unknown') AS category, count(DISTINCT order_id) FILTER (NOT is_return) AS order_count,
    count(*) FILTER (NOT is_return) AS item_count,
    coalesce(sum(line_total_brl) FILTER (NOT is_return), 0)::DECIMAL(18, 2) AS revenue_brl,
    coalesce(sum(items.returned_brl), 0)::DECIMAL(18, 2) AS returned_brl,
    coalesce(sum(items.freight_brl), 0)::DECIMAL(18, 2) AS freight_brl
FROM fct_order_items AS items JOIN fct_orders AS orders USING (order_id, ordered_date)
LEFT JOIN dim_products USING (product_id)
WHERE NOT is_cancelled GROUP BY ALL;

CREATE TABLE dim_customers AS
WITH attributes AS (
    FROM raw_customers QUALIFY row_number() OVER (PARTITION BY customer_key ORDER BY changed_date DESC) = 1
),
orders AS (
    SELECT customer_key, min(ordered_at) AS first_ordered_at, max(ordered_at) AS last_ordered_at,
        count(*) AS placed_order_count, count(*) FILTER (is_cancelled) AS cancelled_order_count,
        count(*) FILTER (channel = 'web') AS web_order_count, count(*) FILTER (channel = 'app') AS app_order_count,
        count(*) FILTER (channel = 'store') AS store_order_count,
        min(ordered_date) FILTER (is_sale) AS first_sale_date, sum(net_revenue_brl) AS net_revenue_brl,
        arg_max(state, (ordered_at, order_id)) AS last_order_state,
        arg_max(city, (ordered_at, order_id)) AS last_order_city
    FROM fct_orders WHERE customer_key IS NOT NULL GROUP BY customer_key
)
SELECT customer_key, coalesce(attributes.state, last_order_state) AS customer_state,
    coalesce(attributes.city, last_order_city) AS customer_city, zip_prefix AS customer_zip_prefix, registered_at,
    coalesce(consent_marketing, FALSE) AS has_marketing_consent, first_ordered_at, last_ordered_at,
    coalesce(placed_order_count, 0) AS placed_order_count, coalesce(cancelled_order_count, 0) AS cancelled_order_count,
    coalesce(web_order_count, 0) AS web_order_count, coalesce(app_order_count, 0) AS app_order_count,
    coalesce(store_order_count, 0) AS store_order_count, first_sale_date,
    coalesce(net_revenue_brl, 0)::DECIMAL(18, 2) AS net_revenue_brl, changed_date
FROM attributes FULL JOIN orders USING (customer_key);

CREATE VIEW raw_sellers AS FROM read_parquet('{raw}/sellers/*/*.parquet', hive_types = {{'changed_date': DATE}});
CREATE VIEW raw_reviews AS FROM read_parquet('{raw}/reviews/*/*.parquet', hive_types = {{'changed_date': DATE}});
CREATE TABLE brazilian_states AS FROM read_csv('{seeds}/brazilian_states.csv');

CREATE TABLE dim_sellers AS
SELECT seller_id, state AS seller_state, region AS seller_region, is_remote_region AS is_remote_seller,
    city AS seller_city, zip_prefix AS seller_zip_prefix, changed_date
FROM (FROM raw_sellers QUALIFY row_number() OVER (PARTITION BY seller_id ORDER BY changed_date DESC) = 1)
LEFT JOIN brazilian_states AS states USING (state);

CREATE TABLE dim_customer_states AS
SELECT customer_key, known_from_date,
    lead(known_from_date) OVER (PARTITION BY customer_key ORDER BY known_from_date) AS known_until_date,
    state AS customer_state, city AS customer_city, zip_prefix AS customer_zip_prefix
FROM (
    SELECT customer_key, changed_date AS known_from_date, state, city, zip_prefix FROM raw_customers
    QUALIFY lag((state, city, zip_prefix)) OVER (PARTITION BY customer_key ORDER BY changed_date)
        IS DISTINCT FROM (state, city, zip_prefix)
);

CREATE TABLE fct_deliveries AS
WITH sellers AS (
    SELECT seller_id, state AS seller_state, changed_date AS known_from_date,
        lead(changed_date, 1, DATE 'infinity') OVER (PARTITION BY seller_id ORDER BY changed_date) AS known_until_date
    FROM raw_sellers
),
distances AS (
    SELECT shops.state AS seller_state, homes.state,
        round(2 * 6371 * asin(sqrt(least(1,
            sin(radians(homes.capital_latitude - shops.capital_latitude) / 2) ** 2
            + cos(radians(shops.capital_latitude)) * cos(radians(homes.capital_latitude))
            * sin(radians(homes.capital_longitude - shops.capital_longitude) / 2) ** 2))), 1) AS distance_km
    FROM brazilian_states AS shops CROSS JOIN brazilian_states AS homes
)
SELECT order_id, orders.ordered_date, orders.customer_key, channel, seller_id, seller_state, state, region,
    is_remote_region, distance_km, status, is_cancelled, promised_date, ordered_at, approved_at, shipped_at,
    delivered_at,
    if(shipped_at >= approved_at, date_diff('second', approved_at, shipped_at) / 86400, NULL) AS handling_days,
    if(delivered_at >= shipped_at, date_diff('second', shipped_at, delivered_at) / 86400, NULL) AS transit_days,
    if(delivered_at >= ordered_at, date_diff('second', ordered_at, delivered_at) / 86400, NULL) AS delivery_days,
    (timezone('{time_zone}', delivered_at)::DATE - promised_date)::INTEGER AS late_days, is_late,
    is_late_by_instant,
    status IN ('delivered', 'returned') AND approved_at IS NULL AS is_missing_approved_at,
    status IN ('delivered', 'returned') AND shipped_at IS NULL AS is_missing_shipped_at,
    status IN ('delivered', 'returned') AND delivered_at IS NULL AS is_missing_delivered_at,
    has_backward_times, orders.changed_date
FROM fct_orders AS orders
LEFT JOIN (SELECT order_id, seller_id FROM fct_order_items WHERE line_number = 1 AND seller_id IS NOT NULL)
    USING (order_id)
LEFT JOIN sellers USING (seller_id)
LEFT JOIN brazilian_states AS states USING (state)
LEFT JOIN distances USING (seller_state, state)
WHERE (promised_date IS NOT NULL OR shipped_at IS NOT NULL OR delivered_at IS NOT NULL
    OR status IN ('shipped', 'delivered', 'returned')) AND (item_count > 0 OR line_count = 0)
    AND coalesce(orders.changed_date >= known_from_date AND orders.changed_date < known_until_date, TRUE);

CREATE TABLE fct_reviews AS
SELECT review_id, order_id, ordered_date, orders.customer_key, score, created_at,
    timezone('{time_zone}', created_at)::DATE - timezone('{time_zone}', delivered_at)::DATE
        AS since_delivery_days,
    is_late, is_late_by_instant, reviews.changed_date
FROM (
    SELECT review_id, order_id, max(changed_date) AS changed_date, arg_max(score, changed_date) AS score,
        arg_max_null(created_at, changed_date) AS created_at
    FROM raw_reviews GROUP BY review_id, order_id
) AS reviews
LEFT JOIN fct_orders AS orders USING (order_id);

CREATE TABLE agg_monthly_sales AS
SELECT date_trunc('month', ordered_date)::DATE AS ordered_month, state, channel, category,
    sum(order_count)::BIGINT AS order_count, sum(item_count)::BIGINT AS item_count,
    sum(revenue_brl)::DECIMAL(18, 2) AS revenue_brl, sum(returned_brl)::DECIMAL(18, 2) AS returned_brl,
    sum(revenue_brl - returned_brl)::DECIMAL(18, 2) AS net_revenue_brl, sum(freight_brl)::DECIMAL(18, 2) AS freight_brl
FROM agg_daily_sales GROUP BY ALL;

CREATE TABLE agg_monthly_deliveries AS
SELECT date_trunc('month', ordered_date)::DATE AS ordered_month, coalesce(state, 'unknown') AS state,
    coalesce(channel, 'unknown') AS channel, count(*) AS delivery_count, count(delivered_at) AS delivered_count,
    count(*) FILTER (delivered_at IS NULL) AS open_count,
    max(promised_date) FILTER (delivered_at IS NULL) AS last_open_promised_date, count(is_late) AS promised_count, count(*) FILTER (is_late) AS late_count,
    count(*) FILTER (is_late_by_instant) AS late_by_instant_count,
    late_count / nullif(promised_count, 0) AS late_share,
    late_by_instant_count / nullif(promised_count, 0) AS late_by_instant_share
FROM fct_deliveries WHERE NOT is_cancelled OR delivered_at IS NOT NULL GROUP BY ALL;

CREATE TABLE agg_cohort_retention AS
WITH counted AS (
    SELECT date_trunc('month', first_sale_date)::DATE AS cohort_month,
        date_trunc('month', ordered_date)::DATE AS ordered_month, count(DISTINCT customer_key) AS customer_count,
        count(*) AS order_count, sum(revenue_brl)::DECIMAL(18, 2) AS revenue_brl,
        sum(orders.net_revenue_brl)::DECIMAL(18, 2) AS net_revenue_brl
    FROM fct_orders AS orders JOIN dim_customers USING (customer_key) WHERE is_sale GROUP BY ALL
)
SELECT cohort_month, counted.ordered_month,
    date_diff('month', cohort_month, counted.ordered_month)::INTEGER AS months_since, counted.customer_count,
    sizes.customer_count AS cohort_customer_count, counted.customer_count / sizes.customer_count AS retention_share,
    counted.order_count, counted.revenue_brl, counted.net_revenue_brl,
    (counted.revenue_brl / counted.order_count)::DECIMAL(18, 2) AS average_ticket_brl
FROM counted JOIN (FROM counted WHERE ordered_month = cohort_month) AS sizes USING (cohort_month);

CREATE TABLE agg_churn AS
WITH months AS (
    SELECT unnest(generate_series(date_trunc('month', min(ordered_date)), date_trunc('month', max(ordered_date)),
        INTERVAL 1 MONTH))::DATE AS ordered_month, date_trunc('month', max(ordered_date))::DATE AS newest_month
    FROM agg_daily_sales
),
sales AS (
    SELECT ordered_date, lead(ordered_date) OVER (PARTITION BY customer_key ORDER BY ordered_date) AS next_date
    FROM fct_orders WHERE is_sale AND customer_key IS NOT NULL
),
spans AS (SELECT ordered_date, date_trunc('month', next_date)::DATE AS next_month, count(*) AS n FROM sales GROUP BY ALL),
counted AS (
    SELECT ordered_month, newest_month,
        coalesce(sum(n) FILTER (ordered_date < ordered_month
            AND coalesce(next_month >= ordered_month, TRUE)), 0)::BIGINT AS active_customer_count,
        coalesce(sum(n) FILTER (ordered_date < (ordered_month + INTERVAL 1 MONTH)::DATE - 90
            AND coalesce(next_month > ordered_month, TRUE)), 0)::BIGINT AS churned_customer_count,
        coalesce(sum(n) FILTER (ordered_date >= ordered_month
            AND coalesce(next_month > ordered_month, TRUE)), 0)::BIGINT AS buyer_count
    FROM months JOIN spans
        ON ordered_date >= ordered_month - 90 AND ordered_date < (ordered_month + INTERVAL 1 MONTH)::DATE
    GROUP BY ALL
)
SELECT ordered_month, active_customer_count,
    if(ordered_month < newest_month, churned_customer_count, NULL) AS churned_customer_count,
    if(ordered_month < newest_month, churned_customer_count / nullif(active_customer_count, 0), NULL) AS churn_share,
    buyer_count, coalesce(first_sales.n, 0)::BIGINT AS new_customer_count,
    (buyer_count - coalesce(first_sales.n, 0))::BIGINT AS returning_customer_count,
    (buyer_count - coalesce(first_sales.n, 0)) / nullif(buyer_count, 0) AS repeat_share
FROM counted
LEFT JOIN (
    SELECT date_trunc('month', first_sale_date)::DATE AS ordered_month, count(*) AS n
    FROM dim_customers WHERE first_sale_date IS NOT NULL GROUP BY ALL
) AS first_sales USING (ordered_month);

CREATE TABLE rec_payment_reconciliation AS
SELECT order_id, ordered_date, status, channel, sold_brl,
    if(is_cancelled, -coalesce(line_total_brl, 0), returned_brl)::DECIMAL(18, 2) AS credited_brl, freight_brl,
    (sold_brl - credited_brl + freight_brl)::DECIMAL(18, 2) AS owed_brl, paid_brl,
    (paid_brl - owed_brl)::DECIMAL(18, 2) AS difference_brl, changed_date
FROM fct_orders
LEFT JOIN (SELECT order_id, sum(line_total_brl) AS line_total_brl FROM fct_order_items WHERE is_return GROUP BY order_id)
    USING (order_id)
WHERE line_count > 0 AND difference_brl <> 0;
