-- Grain: one row per customer and cut-off whose window is over: what the customer spent in the window.
-- Only what was known by the end of the window counts, so that a label never changes once it can be computed.
{{ config(materialized='table') }}

with cutoffs as (
    select
        as_of_date,
        as_of_date + {{ window_days() }} as until_date,
        keys_below
    from {{ as_of_dates() }} as wanted
    where as_of_date + {{ window_days() }} <= (select max(known_from_date) + 1 from {{ ref('int_orders__versions') }})
),

spend as (
    select
        versions.customer_key,
        cutoffs.as_of_date,
        sum(versions.revenue_brl - versions.returned_brl) as spend_brl
    from {{ ref('int_orders__versions') }} as versions
    inner join cutoffs
        on
            versions.ordered_date >= cutoffs.as_of_date
            and versions.ordered_date < cutoffs.until_date
            and versions.known_from_date < cutoffs.until_date
            and (versions.known_until_date is null or versions.known_until_date >= cutoffs.until_date)
            and (cutoffs.keys_below is null or versions.customer_key < cutoffs.keys_below)
    group by versions.customer_key, cutoffs.as_of_date
)

select
    features.customer_key,
    features.as_of_date,
    {{ window_days() }}::integer as window_days,
    greatest(coalesce(spend.spend_brl, 0), 0)::double as spend_in_window_brl
from {{ ref('customer_features') }} as features
inner join cutoffs using (as_of_date)
left join spend using (customer_key, as_of_date)
order by features.as_of_date, features.customer_key
