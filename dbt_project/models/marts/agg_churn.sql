-- Grain: one row per month in which somebody bought, or was active when it began; guests are in no customer table.
-- depends_on: {{ ref('int_months__touched') }}
{{ config(materialized='incremental', incremental_strategy='replace_months_of_churn', on_schema_change='fail') }}
{%- set touched = months_of_churn() if is_incremental() else [] %}

with known as (
    select
        date_trunc('month', min(ordered_date))::date as first_month,
        date_trunc('month', max(ordered_date))::date as last_month
    from {{ ref('agg_daily_sales') }}
),

months as (
    select
        unnest(generate_series(first_month, last_month, interval 1 month))::date as ordered_month,
        (ordered_month + interval 1 month)::date as next_month,
        ordered_month < last_month as is_over
    from known
),

-- Each sale with the same customer's next one: a customer stands in no month twice, and none need be told apart.
sales as (
    select
        ordered_date,
        lead(ordered_date) over (partition by customer_key order by ordered_date) as next_sale_date
    from {{ ref('fct_orders') }}
    where
        is_sale
        and customer_key is not null
        {% if is_incremental() %}
        and {{ in_windows_of('ordered_date', touched) }}
        {% endif %}
),

last_sales as (
    select
        ordered_date,
        date_trunc('month', coalesce(next_sale_date, date '9999-12-31'))::date as next_sale_month,
        count(*) as customer_count
    from sales
    group by all
),

counted as (
    select
        months.ordered_month,
        months.is_over,
        sum(if(ordered_date < ordered_month and next_sale_month >= ordered_month, customer_count, 0)) as active,
        coalesce(sum(customer_count) filter (
            where ordered_date < next_month - {{ active_customer_days() }} and next_sale_month >= next_month
        ), 0) as churned,
        sum(if(ordered_date >= ordered_month and next_sale_month >= next_month, customer_count, 0)) as buyers
    from months
    inner join last_sales
        on
            months.ordered_month - {{ active_customer_days() }} <= last_sales.ordered_date
            and months.next_month > last_sales.ordered_date
    {% if is_incremental() %}
    where {{ in_months('months.ordered_month', touched) }}
    {% endif %}
    group by all
),

first_sales as (
    select
        date_trunc('month', first_sale_date)::date as ordered_month,
        count(*) as customer_count
    from {{ ref('dim_customers') }}
    where first_sale_date is not null
    group by all
)

select
    ordered_month,
    counted.active::bigint as active_customer_count,
    if(counted.is_over, counted.churned, null)::bigint as churned_customer_count,
    {{ churn_share('churned_customer_count', 'active_customer_count') }} as churn_share,
    counted.buyers::bigint as buyer_count,
    coalesce(first_sales.customer_count, 0) as new_customer_count,
    buyer_count - new_customer_count as returning_customer_count,
    {{ repeat_share('returning_customer_count', 'buyer_count') }} as repeat_share
from counted
left join first_sales using (ordered_month)
