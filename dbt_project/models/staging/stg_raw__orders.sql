-- Grain: one row per order and business day on which the order changed: the order as known by the end of that day.
select
    order_id,
    customer_key,
    status,
    {{ is_cancelled('status') }} as is_cancelled,
    {{ is_returned('status') }} as is_returned,
    channel,
    ordered_at,
    {{ business_date('ordered_at') }} as ordered_date,
    approved_at,
    shipped_at,
    delivered_at,
    promised_date,
    state,
    city,
    changed_date
from {{ raw_changes('orders') }}
