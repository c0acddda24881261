"""What changed on each day, as SQL over the tables of `files.py`.

An order appears on the business day of its purchase and again on the day of each later event (approval, hand-over to
the carrier, delivery), showing what was known by the end of that day; its status in the file belongs to the last of
these days. Events dated before the purchase stand as they are, on the day of the purchase.
"""

_INSTANT = "timezone('America/Sao_Paulo', {0}::TIMESTAMP)"
_BUSINESS_DATE = "timezone('America/Sao_Paulo', {0})::DATE"
# Not `greatest` alone, which passes over NULL: an event that never was would fall on the day of the purchase.
_EVENT_DATE = "if({0} IS NULL, NULL, greatest(timezone('America/Sao_Paulo', {0})::DATE, ordered_date))"

EVENTS = f"""
    CREATE TABLE events AS
    WITH instants AS (
        SELECT orders.* EXCLUDE (customer_id), customers.customer_unique_id, customer_state, customer_city,
            customer_zip_code_prefix,
            {_INSTANT.format("order_purchase_timestamp")} AS ordered_at,
            {_INSTANT.format("order_approved_at")} AS approved_at,
            {_INSTANT.format("order_delivered_carrier_date")} AS shipped_at,
            {_INSTANT.format("order_delivered_customer_date")} AS delivered_at
        FROM orders LEFT JOIN customers USING (customer_id)
    )
    SELECT *, {_BUSINESS_DATE.format("ordered_at")} AS ordered_date,
        {_EVENT_DATE.format("approved_at")} AS approved_date,
        {_EVENT_DATE.format("shipped_at")} AS shipped_date,
        {_EVENT_DATE.format("delivered_at")} AS delivered_date
    FROM instants
"""
VERSIONS = """
    CREATE TABLE opening AS SELECT min(ordered_date) AS first_date FROM events;
    CREATE TABLE versions AS
    SELECT DISTINCT order_id, greatest(day, first_date) AS changed_date
    FROM (SELECT order_id, unnest([ordered_date, approved_date, shipped_date, delivered_date]) AS day FROM events)
    CROSS JOIN opening
    WHERE day IS NOT NULL;
    -- An order without any time goes to the first day, where the raw layer quarantines it.
    INSERT INTO versions SELECT order_id, first_date FROM events ANTI JOIN versions USING (order_id) CROSS JOIN opening
"""

OTHER_TIMES = """
    SELECT order_id, day::VARCHAR FROM (
        SELECT order_id, unnest([ordered_at, approved_at, shipped_at, delivered_at])::DATE AS day FROM events
        UNION ALL
        SELECT order_id, unnest([review_creation_date, review_answer_timestamp])::TIMESTAMP::DATE FROM reviews
    )
    WHERE day NOT BETWEEN DATE '2000-01-01' AND DATE '2100-12-31'
    ORDER BY ALL
"""

TABLES = {
    "customers": """
        SELECT customer_unique_id AS customer_id, customer_zip_code_prefix AS zip_prefix, customer_city AS city,
            customer_state AS state, coalesce(ordered_date, $opening) AS changed_date
        FROM events
        WHERE changed_date BETWEEN $first AND $last
        QUALIFY row_number() OVER (PARTITION BY customer_unique_id, changed_date ORDER BY ordered_at DESC, order_id) = 1
    """,
    "products": """
        SELECT product_id, product_category_name AS category, product_category_name_english AS category_english,
            product_weight_g::DOUBLE / 1000 AS weight_kg, $opening AS changed_date
        FROM products LEFT JOIN translation USING (product_category_name)
        WHERE $opening BETWEEN $first AND $last
    """,
    "sellers": """
        SELECT seller_id, seller_zip_code_prefix AS zip_prefix, seller_city AS city, seller_state AS state,
            $opening AS changed_date
        FROM sellers
        WHERE $opening BETWEEN $first AND $last
    """,
    "orders": """
        SELECT order_id, customer_unique_id AS customer_id,
            CASE
                WHEN changed_date = greatest(ordered_date, approved_date, shipped_date, delivered_date)
                    THEN if(order_status = 'canceled', 'cancelled', order_status)
                WHEN delivered_date <= changed_date THEN 'delivered'
                WHEN shipped_date <= changed_date THEN 'shipped'
                WHEN approved_date <= changed_date THEN 'approved'
                ELSE 'created'
            END AS status,
            ordered_at,
            if(approved_date <= changed_date, approved_at, NULL) AS approved_at,
            if(shipped_date <= changed_date, shipped_at, NULL) AS shipped_at,
            if(delivered_date <= changed_date, delivered_at, NULL) AS delivered_at,
            order_estimated_delivery_date::TIMESTAMP::DATE AS promised_date,
            customer_state AS state, customer_city AS city, changed_date
        FROM events JOIN versions USING (order_id)
        WHERE changed_date BETWEEN $first AND $last
    """,
    "order_items": """
        SELECT order_id, order_item_id AS line_number, product_id, seller_id, 1 AS quantity, price AS unit_price_brl,
            freight_value AS freight_brl, changed_date
        FROM items JOIN versions USING (order_id)
        WHERE changed_date BETWEEN $first AND $last
    """,
    "payments": """
        SELECT order_id, payment_sequential AS sequence, payment_type AS method, payment_installments AS installments,
            payment_value AS amount_brl, changed_date
        FROM payments JOIN versions USING (order_id)
        WHERE changed_date BETWEEN $first AND $last
    """,
    "reviews": f"""
        SELECT review_id, order_id, review_score AS score, {_INSTANT.format("review_creation_date")} AS created_at,
            greatest(
                coalesce(greatest(review_creation_date, review_answer_timestamp)::TIMESTAMP::DATE, ordered_date),
                first_date
            ) AS changed_date
        FROM reviews LEFT JOIN events USING (order_id) CROSS JOIN opening
        WHERE changed_date BETWEEN $first AND $last
    """,
}
