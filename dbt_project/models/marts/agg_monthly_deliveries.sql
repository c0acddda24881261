-- Grain: one row per month of order, state of delivery and channel; unknown is 'unknown'. Orders cancelled before they
-- arrived are not in.
-- depends_on: {{ ref('int_dates__touched') }}
{{ config(
    materialized='incremental', incremental_strategy='replace_months_of_touched_dates', on_schema_change='fail'
) }}

select
    date_trunc('month', ordered_date)::date as ordered_month,
    coalesce(state, 'unknown') as state,
    coalesce(channel, 'unknown') as channel,
    count(*) as delivery_count,
    count(delivered_at) as delivered_count,
    count(*) filter (where delivered_at is null) as open_count,
    max(promised_date) filter (where delivered_at is null) as last_open_promised_date,
    count(is_late) as promised_count,
    count(*) filter (where is_late) as late_count,
    count(*) filter (where is_late_by_instant) as late_by_instant_count,
    {{ late_share('late_count', 'promised_count') }} as late_share,
    {{ late_share('late_by_instant_count', 'promised_count') }} as late_by_instant_share
from {{ ref('fct_deliveries') }}
where
    (not is_cancelled or delivered_at is not null)
    {% if is_incremental() %}
    and {{ in_months('ordered_date', months_of_touched_dates()) }}
    {% endif %}
group by all
