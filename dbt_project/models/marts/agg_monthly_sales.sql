-- Grain: one row per month, state, channel and category (of the product as last known); unknown is 'unknown'.
-- depends_on: {{ ref('int_dates__touched') }}
{{ config(
    materialized='incremental', incremental_strategy='replace_months_of_touched_dates', on_schema_change='fail'
) }}

select
    date_trunc('month', ordered_date)::date as ordered_month,
    state,
    channel,
    category,
    sum(order_count)::bigint as order_count,
    sum(item_count)::bigint as item_count,
    sum(revenue_brl)::decimal(18, 2) as revenue_brl,
    sum(returned_brl)::decimal(18, 2) as returned_brl,
    {{ net_revenue('sum(revenue_brl)', 'sum(returned_brl)') }}::decimal(18, 2) as net_revenue_brl,
    sum(freight_brl)::decimal(18, 2) as freight_brl
from {{ ref('agg_daily_sales') }}
{% if is_incremental() %}
where {{ in_months('ordered_date', months_of_touched_dates()) }}
{% endif %}
group by all
