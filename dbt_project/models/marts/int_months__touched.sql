-- Grain: one row per month whose sales, or whose customers' cohorts, this build changes.
-- depends_on: {{ ref('int_orders__touched') }}, {{ ref('int_customers__touched') }}, {{ ref('fct_orders') }}
-- depends_on: {{ ref('dim_customers') }}
{{ config(materialized='table') }}
{%- set is_incremental_build = rows_before('int_months__touched') %}

{% if is_incremental_build %}
with sales as (
    select
        touched.previous_ordered_date,
        orders.ordered_date,
        (
            coalesce(touched.is_previous_sale, false) is distinct from coalesce(orders.is_sale, false)
            or touched.previous_ordered_date is distinct from orders.ordered_date
            or touched.previous_customer_key is distinct from orders.customer_key
        ) as has_touched_buyers
    from {{ ref('int_orders__touched') }} as touched
    left join {{ ref('fct_orders') }} as orders
        on
            touched.order_id = orders.order_id
            and touched.changed_date = orders.changed_date
            and {{ is_touched('orders', ref('int_orders__touched')) }}
    where
        has_touched_buyers
        or touched.previous_net_revenue_brl is distinct from orders.net_revenue_brl
),

moved_cohorts as (
    select min(least(changed.previous_first_sale_date, customers.first_sale_date)) as first_date
    from {{ ref('int_customers__touched') }} as changed
    left join {{ ref('dim_customers') }} as customers using (customer_key)
    where changed.previous_first_sale_date is distinct from customers.first_sale_date
),

months as (
    select
        date_trunc('month', ordered_date)::date as ordered_month,
        has_touched_buyers
    from sales
    union all
    select
        date_trunc('month', previous_ordered_date)::date as ordered_month,
        has_touched_buyers
    from sales
    union all
    select distinct
        date_trunc('month', daily.ordered_date)::date as ordered_month,
        true as has_touched_buyers
    from {{ ref('agg_daily_sales') }} as daily
    inner join moved_cohorts on date_trunc('month', moved_cohorts.first_date) <= daily.ordered_date
)

select
    ordered_month,
    bool_or(has_touched_buyers) as has_touched_buyers
from months
where ordered_month is not null
group by ordered_month
{% else %}
select distinct
    date_trunc('month', ordered_date)::date as ordered_month,
    true as has_touched_buyers
from {{ ref('agg_daily_sales') }}
{% endif %}
