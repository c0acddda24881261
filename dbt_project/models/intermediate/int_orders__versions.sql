-- Grain: one row per order and day on which it changed, with the span of days on which this was what the shop knew.
-- Features at a cut-off read the version known before it, whatever happened to the order later.
-- depends_on: {{ ref('int_orders__touched') }}
{{ config(materialized='incremental', incremental_strategy='replace_touched_orders') }}

with orders as (
    select *
    from {{ ref('stg_raw__orders') }}
    {% if is_incremental() %}
    where order_id in (select order_id from {{ ref('int_orders__touched') }})
    {% endif %}
),

lines as (
    select
        order_id,
        changed_date,
        sum(line_total_brl) filter (where not is_return) as sold_brl,
        -sum(line_total_brl) filter (where is_return) as returned_brl,
        sum(freight_brl) as freight_brl,
        count(*) filter (where not is_return) as item_count,
        count(*) filter (where is_return) as returned_item_count
    from {{ ref('stg_raw__order_items') }}
    {% if is_incremental() %}
    where order_id in (select order_id from {{ ref('int_orders__touched') }})
    {% endif %}
    group by order_id, changed_date
)

select
    orders.order_id,
    orders.changed_date as known_from_date,
    lead(orders.changed_date) over (partition by orders.order_id order by orders.changed_date) as known_until_date,
    orders.customer_key,
    orders.ordered_date,
    orders.channel,
    orders.state,
    orders.is_cancelled,
    coalesce(lines.item_count, 0) as item_count,
    coalesce(lines.returned_item_count, 0) as returned_item_count,
    case when orders.is_cancelled then 0 else coalesce(lines.sold_brl, 0) end::decimal(18, 2) as revenue_brl,
    case when orders.is_cancelled then 0 else coalesce(lines.returned_brl, 0) end::decimal(18, 2) as returned_brl,
    case when orders.is_cancelled then 0 else coalesce(lines.freight_brl, 0) end::decimal(18, 2) as freight_brl,
    coalesce({{ business_date('orders.delivered_at') }} > orders.promised_date, false) as is_late
from orders
left join lines using (order_id, changed_date)
