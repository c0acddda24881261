-- Grain: one row per review and order, as last known; a review may cover several orders, and an order have several.
-- depends_on: {{ ref('int_orders__touched') }}
{{ config(materialized='incremental', incremental_strategy='replace_touched_reviews', on_schema_change='fail') }}
{%- set of_touched_order = is_of_touched_order('present') %}

with changed as (
    select
        review_id,
        order_id,
        max(changed_date) as changed_date,
        arg_max(score, changed_date) as score,
        arg_max_null(created_at, changed_date) as created_at
    from {{ ref('stg_raw__reviews') }}
    {% if is_incremental() and is_forward() %}
    where changed_date in {{ changed_days() }}
    {% elif is_incremental() %}
    -- A day that was pulled again may have lost reviews, and other days may know them.
    where (review_id, order_id) in (
        select (review_id, order_id) from {{ ref('stg_raw__reviews') }} where changed_date in {{ changed_days() }}
        union all
        select (review_id, order_id) from {{ this }} where changed_date in {{ changed_days() }}
    )
    {% endif %}
    group by review_id, order_id
),

reviews as (
    select * from changed
    {% if is_incremental() %}
    union all
    -- Reviews that say what they said before, of orders that have changed.
    select
        review_id,
        order_id,
        changed_date,
        score,
        created_at
    from {{ this }} as present
    where
        {{ of_touched_order }}
        and changed_date not in {{ changed_days() }}
        and (review_id, order_id) not in (select (review_id, order_id) from changed)
    {% endif %}
),

orders as (
    {{ orders_of('reviews', 'order_id, ordered_date, customer_key, delivered_at, is_late, is_late_by_instant') }}
)

select
    reviews.review_id,
    reviews.order_id,
    orders.ordered_date,
    orders.customer_key,
    reviews.score,
    reviews.created_at,
    {{ business_date('reviews.created_at') }} - {{ business_date('orders.delivered_at') }} as since_delivery_days,
    orders.is_late,
    orders.is_late_by_instant,
    reviews.changed_date
from reviews
left join orders using (order_id)
