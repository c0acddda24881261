-- Grain: one row per order line, as last known; a returned line has a negative quantity.
{{ config(materialized='incremental', incremental_strategy='replace_touched_orders', on_schema_change='fail') }}

select
    items.order_id,
    items.line_number,
    items.product_id,
    items.seller_id,
    touched.customer_key,
    touched.ordered_date,
    items.quantity,
    items.unit_price_brl,
    items.line_total_brl,
    items.freight_brl,
    items.is_return,
    items.changed_date
from {{ ref('stg_raw__order_items') }} as items
inner join {{ ref('int_orders__touched') }} as touched using (order_id, changed_date)
where {{ only_newest_days('items') }}
