-- Grain: one row per cohort (month of the customers' first sale) and month in which some of its customers bought.
-- depends_on: {{ ref('int_months__touched') }}
{{ config(materialized='incremental', incremental_strategy='replace_touched_months', on_schema_change='fail') }}
{%- set months = touched_months() if is_incremental() else [] %}

with counted as (
    select
        date_trunc('month', customers.first_sale_date)::date as cohort_month,
        date_trunc('month', orders.ordered_date)::date as ordered_month,
        count(distinct orders.customer_key) as customer_count,
        count(*) as order_count,
        sum(orders.revenue_brl)::decimal(18, 2) as revenue_brl,
        sum(orders.net_revenue_brl)::decimal(18, 2) as net_revenue_brl
    from {{ ref('fct_orders') }} as orders
    inner join {{ ref('dim_customers') }} as customers using (customer_key)
    where
        orders.is_sale
        {% if is_incremental() %}
        and {{ in_months('orders.ordered_date', months) }}
        {% endif %}
    group by all
),

-- Everybody buys in the month of their cohort: as many as do then belong to it. Where that number changes, and with it
-- every later share, int_months__touched lists the later months, too.
sizes as (
    select
        cohort_month,
        customer_count as cohort_customer_count
    from counted
    where ordered_month = cohort_month
    {% if is_incremental() %}
    union all
    select
        cohort_month,
        cohort_customer_count
    from {{ this }}
    where ordered_month = cohort_month and not {{ in_months('cohort_month', months) }}
    {% endif %}
)

select
    cohort_month,
    counted.ordered_month,
    date_diff('month', cohort_month, counted.ordered_month)::integer as months_since,
    counted.customer_count,
    sizes.cohort_customer_count,
    {{ retention_share('counted.customer_count', 'sizes.cohort_customer_count') }} as retention_share,
    counted.order_count,
    counted.revenue_brl,
    counted.net_revenue_brl,
    {{ average_ticket('counted.revenue_brl', 'counted.order_count') }} as average_ticket_brl
from counted
inner join sizes using (cohort_month)
