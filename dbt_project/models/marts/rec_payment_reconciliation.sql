-- Grain: one row per order that has lines and payments which differ, to the cent, whatever its status.
-- depends_on: {{ ref('int_orders__touched') }}
{{ config(materialized='incremental', incremental_strategy='replace_touched_orders', on_schema_change='fail') }}

-- An order's own returned_brl is 0 once it is cancelled; its lines say what is credited for them all the same.
with returns as (
    select
        items.order_id,
        sum(items.line_total_brl) as line_total_brl
    from {{ ref('fct_order_items') }} as items
    where items.is_return and {{ only_touched('items') }}
    group by items.order_id
)

select
    order_id,
    orders.ordered_date,
    orders.status,
    orders.channel,
    orders.sold_brl,
    if(orders.is_cancelled, -coalesce(returns.line_total_brl, 0), orders.returned_brl)::decimal(18, 2) as credited_brl,
    orders.freight_brl,
    (orders.sold_brl - credited_brl + orders.freight_brl)::decimal(18, 2) as owed_brl,
    orders.paid_brl,
    (orders.paid_brl - owed_brl)::decimal(18, 2) as difference_brl,
    orders.changed_date
from {{ ref('fct_orders') }} as orders
left join returns using (order_id)
where {{ only_touched('orders') }} and orders.line_count > 0 and difference_brl <> 0
