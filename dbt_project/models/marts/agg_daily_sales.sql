-- Grain: one row per business date, state, channel and category (of the product as last known); unknown is 'unknown'.
-- An order with several categories counts as one order in each of them: add up order_count over one category only.
-- depends_on: {{ ref('int_dates__touched') }}
{{ config(materialized='incremental', incremental_strategy='replace_touched_dates', on_schema_change='fail') }}

select
    items.ordered_date,
    coalesce(orders.state, 'unknown') as state,
    coalesce(orders.channel, 'unknown') as channel,
    coalesce(products.category, 'unknown') as category,
    -- Most orders have one line: only the others need be told apart.
    count(*) filter (where not items.is_return and orders.item_count = 1)
    + count(distinct items.order_id) filter (where not items.is_return and orders.item_count > 1) as order_count,
    count(*) filter (where not items.is_return) as item_count,
    coalesce(sum(items.line_total_brl) filter (where not items.is_return), 0)::decimal(18, 2) as revenue_brl,
    coalesce(sum(items.returned_brl), 0)::decimal(18, 2) as returned_brl,
    coalesce(sum(items.freight_brl), 0)::decimal(18, 2) as freight_brl
from {{ ref('fct_order_items') }} as items
inner join {{ ref('fct_orders') }} as orders using (order_id, ordered_date)
left join {{ ref('dim_products') }} as products using (product_id)
where
    not orders.is_cancelled
    {% if is_incremental() %}
    and items.ordered_date in {{ dates_in(ref('int_dates__touched'), 'ordered_date') }}
    {% endif %}
group by all
