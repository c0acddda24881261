-- Grain: one row per order, as last known.
{{ config(materialized='incremental', incremental_strategy='replace_touched_orders', on_schema_change='fail') }}

with lines as (
    select
        order_id,
        count(*) as line_count,
        count(*) filter (where not is_return) as item_count,
        sum(line_total_brl) filter (where not is_return) as sold_brl,
        sum(returned_brl) as returned_brl,
        sum(freight_brl) as freight_brl
    from {{ ref('fct_order_items') }} as items
    where {{ only_touched('items') }}
    group by order_id
),

payments as (
    select
        order_id,
        count(*) as payment_count,
        sum(amount_brl) as paid_brl
    from {{ ref('fct_payments') }} as payments
    where {{ only_touched('payments') }}
    group by order_id
)

select
    orders.order_id,
    orders.customer_key,
    orders.customer_key is null as is_guest,
    orders.status,
    orders.is_cancelled,
    not orders.is_cancelled and coalesce(lines.item_count, 0) > 0 as is_sale,
    orders.channel,
    orders.state,
    orders.city,
    orders.ordered_at,
    orders.ordered_date,
    orders.approved_at,
    orders.shipped_at,
    orders.delivered_at,
    orders.promised_date,
    {{ business_date('orders.delivered_at') }} > orders.promised_date as is_late,
    orders.delivered_at > timezone({{ shop_time_zone() }}, orders.promised_date::timestamp) as is_late_by_instant,
    coalesce(
        orders.approved_at < orders.ordered_at
        or orders.shipped_at < orders.ordered_at
        or orders.shipped_at < orders.approved_at
        or orders.delivered_at < orders.approved_at
        or orders.delivered_at < orders.shipped_at,
        false
    ) as has_backward_times,
    coalesce(lines.line_count, 0) as line_count,
    coalesce(lines.item_count, 0) as item_count,
    coalesce(lines.sold_brl, 0)::decimal(18, 2) as sold_brl,
    coalesce(lines.freight_brl, 0)::decimal(18, 2) as freight_brl,
    case when orders.is_cancelled then 0 else coalesce(lines.sold_brl, 0) end::decimal(18, 2) as revenue_brl,
    coalesce(lines.returned_brl, 0)::decimal(18, 2) as returned_brl,
    (
        case when orders.is_cancelled then 0 else coalesce(lines.sold_brl, 0) end - coalesce(lines.returned_brl, 0)
    )::decimal(18, 2) as net_revenue_brl,
    coalesce(payments.payment_count, 0) as payment_count,
    payments.paid_brl::decimal(18, 2) as paid_brl,
    orders.changed_date
from {{ ref('stg_raw__orders') }} as orders
inner join {{ ref('int_orders__touched') }} using (order_id, changed_date)
left join lines using (order_id)
left join payments using (order_id)
where {{ only_newest_days('orders') }}
