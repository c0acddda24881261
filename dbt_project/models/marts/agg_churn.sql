-- Grain: one row per month in which somebody bought, or was active when it began; guests are in no customer table.
-- depends_on: {{ ref('int_months__touched') }}
{{ config(materialized='incremental', incremental_strategy='replace_months_of_churn', on_schema_change='fail') }}
{%- set wanted = months_of_churn() %}

with months as (
    select
        ordered_month,
        (ordered_month + interval 1 month)::date as next_month,
        ordered_month < date_trunc('month', (select max(ordered_date) from {{ ref('agg_daily_sales') }})) as is_over
    from {{ rows_of_months(wanted) }} as wanted
    where ordered_month <= (select max(ordered_date) from {{ ref('agg_daily_sales') }})
),

-- Each sale with the same customer's next one: a customer stands in no month twice, and none need be told apart.
sales as (
    select
        ordered_date,
        lead(ordered_date) over (partition by customer_key order by ordered_date) as next_sale_date
    from {{ ref('fct_orders') }}
    where is_sale and customer_key is not null and {{ in_windows_of('ordered_date', wanted) }}
),

last_sales as (
    select
        ordered_date,
        date_trunc('month', next_sale_date)::date as next_sale_month,
        count(*) as customer_count
    from sales
    group by all
),

counted as (
    select
        months.ordered_month,
        months.is_over,
        coalesce(sum(last_sales.customer_count) filter (
            where
            last_sales.ordered_date < months.ordered_month
            and coalesce(last_sales.next_sale_month >= months.ordered_month, true)
        ), 0) as active_customer_count,
        coalesce(sum(last_sales.customer_count) filter (
            where
            last_sales.ordered_date < months.next_month - {{ active_customer_days() }}
            and coalesce(last_sales.next_sale_month >= months.next_month, true)
        ), 0) as churned_customer_count,
        coalesce(sum(last_sales.customer_count) filter (
            where
            last_sales.ordered_date >= months.ordered_month
            and coalesce(last_sales.next_sale_month >= months.next_month, true)
        ), 0) as buyer_count
    from months
    inner join last_sales
        on
            months.ordered_month - {{ active_customer_days() }} <= last_sales.ordered_date
            and months.next_month > last_sales.ordered_date
    group by all
),

first_sales as (
    select
        date_trunc('month', first_sale_date)::date as ordered_month,
        count(*) as new_customer_count
    from {{ ref('dim_customers') }}
    where first_sale_date is not null
    group by all
)

select
    ordered_month,
    counted.active_customer_count::bigint as active_customer_count,
    if(counted.is_over, counted.churned_customer_count, null)::bigint as churned_customer_count,
    if(counted.is_over, {{ churn_share('counted.churned_customer_count', 'counted.active_customer_count') }}, null)
        as churn_share,
    counted.buyer_count::bigint as buyer_count,
    coalesce(first_sales.new_customer_count, 0)::bigint as new_customer_count,
    (counted.buyer_count - coalesce(first_sales.new_customer_count, 0))::bigint as returning_customer_count,
    {{ repeat_share('returning_customer_count', 'counted.buyer_count') }} as repeat_share
from counted
left join first_sales using (ordered_month)
