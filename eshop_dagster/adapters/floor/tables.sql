-- The warehouse's tables from the same Parquet by plain SQL: what the bench holds the platform's full refresh against.
-- Nobody reads these tables; a test holds that their content equals that of the dbt models.
CREATE VIEW raw_customers AS FROM read_parquet('{raw}/customers/*/*.parquet', hive_types = {{'changed_date': DATE}});
CREATE VIEW raw_products AS FROM read_parquet('{raw}/products/*/*.parquet', hive_types = {{'changed_date': DATE}});
CREATE VIEW raw_orders AS
SELECT *, timezone('America/Sao_Paulo', ordered_at)::DATE AS ordered_date,
    status IN ('cancelled', 'unavailable') AS is_cancelled
FROM read_parquet('{raw}/orders/*/*.parquet', hive_types = {{'changed_date': DATE}});
CREATE VIEW raw_items AS
SELECT * EXCLUDE (freight_brl), coalesce(freight_brl, 0)::DECIMAL(18, 2) AS freight_brl,
    (quantity * unit_price_brl)::DECIMAL(18, 2) AS line_total_brl, quantity < 0 AS is_return
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
    unit_price_brl, line_total_brl, freight_brl, is_return
FROM raw_items JOIN newest USING (order_id, changed_date);

CREATE TABLE fct_payments AS
SELECT order_id, sequence, newest.ordered_date, method, installments AS installment_count, amount_brl
FROM raw_payments JOIN newest USING (order_id, changed_date);

CREATE TABLE fct_orders AS
WITH lines AS (
    SELECT order_id, count(*) AS line_count, count(*) FILTER (NOT is_return) AS item_count,
        sum(line_total_brl) FILTER (NOT is_return) AS sold_brl, -sum(line_total_brl) FILTER (is_return) AS returned_brl,
        sum(freight_brl) AS freight_brl
    FROM fct_order_items GROUP BY order_id
),
payments AS (
    SELECT order_id, count(*) AS payment_count, sum(amount_brl) AS paid_brl FROM fct_payments GROUP BY order_id
)
SELECT order_id, orders.customer_key, orders.customer_key IS NULL AS is_guest, status, is_cancelled,
    NOT is_cancelled AND coalesce(item_count, 0) > 0 AS is_sale, channel, state, city, ordered_at, orders.ordered_date,
    approved_at, shipped_at, delivered_at, promised_date,
    delivered_at > timezone('America/Sao_Paulo', promised_date::TIMESTAMP) AS is_late,
    timezone('America/Sao_Paulo', delivered_at)::DATE > promised_date AS is_late_by_date,
    coalesce(approved_at < ordered_at OR shipped_at < ordered_at OR shipped_at < approved_at
        OR delivered_at < approved_at OR delivered_at < shipped_at, FALSE) AS has_backward_times,
    coalesce(line_count, 0) AS line_count, coalesce(item_count, 0) AS item_count,
    coalesce(sold_brl, 0)::DECIMAL(18, 2) AS sold_brl, coalesce(freight_brl, 0)::DECIMAL(18, 2) AS freight_brl,
    if(is_cancelled, 0, coalesce(sold_brl, 0))::DECIMAL(18, 2) AS revenue_brl,
    if(is_cancelled, 0, coalesce(returned_brl, 0))::DECIMAL(18, 2) AS returned_brl,
    if(is_cancelled, 0, coalesce(sold_brl, 0) - coalesce(returned_brl, 0))::DECIMAL(18, 2) AS net_revenue_brl,
    coalesce(payment_count, 0) AS payment_count, paid_brl::DECIMAL(18, 2) AS paid_brl, changed_date
FROM raw_orders AS orders JOIN newest USING (order_id, changed_date)
LEFT JOIN lines USING (order_id) LEFT JOIN payments USING (order_id);

CREATE TABLE int_orders__versions AS
WITH lines AS (
    SELECT order_id, changed_date, sum(line_total_brl) FILTER (NOT is_return) AS sold_brl,
        -sum(line_total_brl) FILTER (is_return) AS returned_brl, sum(freight_brl) AS freight_brl,
        count(*) FILTER (NOT is_return) AS item_count, count(*) FILTER (is_return) AS returned_item_count,
        bit_xor(hash(line_number, product_id)) FILTER (NOT is_return) AS lines_hash
    FROM raw_items GROUP BY order_id, changed_date
),
changes AS (
    SELECT order_id, changed_date AS known_from_date, customer_key, ordered_date, channel, state, is_cancelled,
        coalesce(item_count, 0) AS item_count, coalesce(returned_item_count, 0) AS returned_item_count,
        if(is_cancelled, 0, coalesce(sold_brl, 0))::DECIMAL(18, 2) AS revenue_brl,
        if(is_cancelled, 0, coalesce(returned_brl, 0))::DECIMAL(18, 2) AS returned_brl,
        if(is_cancelled, 0, coalesce(freight_brl, 0))::DECIMAL(18, 2) AS freight_brl,
        coalesce(timezone('America/Sao_Paulo', delivered_at)::DATE > promised_date, FALSE) AS is_late,
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
    coalesce(-sum(line_total_brl) FILTER (is_return), 0)::DECIMAL(18, 2) AS returned_brl,
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
        count(*) AS order_count, count(*) FILTER (is_cancelled) AS cancelled_order_count,
        count(*) FILTER (channel = 'web') AS web_order_count, count(*) FILTER (channel = 'app') AS app_order_count,
        count(*) FILTER (channel = 'store') AS store_order_count,
        min(ordered_date) FILTER (is_sale) AS first_sale_date, sum(net_revenue_brl) AS net_revenue_brl,
        arg_max(state, (ordered_at, order_id)) AS last_order_state,
        arg_max(city, (ordered_at, order_id)) AS last_order_city
    FROM fct_orders WHERE customer_key IS NOT NULL GROUP BY customer_key
)
SELECT customer_key, coalesce(attributes.state, last_order_state) AS state,
    coalesce(attributes.city, last_order_city) AS city, zip_prefix, registered_at,
    coalesce(consent_marketing, FALSE) AS has_marketing_consent, first_ordered_at, last_ordered_at,
    coalesce(order_count, 0) AS order_count, coalesce(cancelled_order_count, 0) AS cancelled_order_count,
    coalesce(web_order_count, 0) AS web_order_count, coalesce(app_order_count, 0) AS app_order_count,
    coalesce(store_order_count, 0) AS store_order_count, first_sale_date,
    coalesce(net_revenue_brl, 0)::DECIMAL(18, 2) AS net_revenue_brl, changed_date
FROM attributes FULL JOIN orders USING (customer_key);
