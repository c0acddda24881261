-- Grain: one row per order line, as last known; a returned line has a negative quantity.
{{ config(materialized='incremental', incremental_strategy='replace_touched_orders', on_schema_change='fail') }}

with orders_with_returned_lines as (
    select distinct
        order_id,
        changed_date
    from {{ ref('stg_raw__order_items') }} as items
    where items.is_return and {{ only_newest_days('items') }}
)

select
    order_id,
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
    {{ what_came_back(
        'touched.is_cancelled',
        'touched.is_returned',
        'if(orders_with_returned_lines.order_id is null, 0, 1)',
        'if(items.is_return, -items.line_total_brl, 0)',
        'items.line_total_brl'
    ) }}::decimal(18, 2) as returned_brl,
    changed_date
from {{ ref('stg_raw__order_items') }} as items
inner join {{ ref('int_orders__touched') }} as touched using (order_id, changed_date)
left join orders_with_returned_lines using (order_id, changed_date)
where {{ only_newest_days('items') }}
