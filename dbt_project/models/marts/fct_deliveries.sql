-- Grain: one row per order that was promised, has left the shop, or is said to be delivered. An order of nothing but
-- returned lines (a credit note, a write-off) delivers nothing.
-- depends_on: {{ ref('int_orders__touched') }}
{{ config(materialized='incremental', incremental_strategy='replace_touched_deliveries', on_schema_change='fail') }}
{%- set recorded -%}
order_id, ordered_date, customer_key, channel, seller_id, state, status, is_cancelled, promised_date, ordered_at,
        approved_at, shipped_at, delivered_at, is_late, is_late_by_instant, has_backward_times, changed_date
{%- endset %}

with sellers as (
    select
        seller_id,
        state as seller_state,
        changed_date as known_from_date,
        lead(changed_date, 1, date 'infinity') over (partition by seller_id order by changed_date) as known_until_date
    from {{ ref('stg_raw__sellers') }}
),

-- Lines of the shop itself name no seller; without them the join stays small.
first_lines as (
    select
        items.order_id,
        items.seller_id
    from {{ ref('fct_order_items') }} as items
    where items.line_number = 1 and items.seller_id is not null and {{ only_touched('items') }}
),

deliveries as (
    select {{ recorded }}
    from {{ ref('fct_orders') }} as orders
    left join first_lines using (order_id)
    where
        {{ only_touched('orders') }}
        and (orders.item_count > 0 or coalesce(orders.line_count, 0) = 0)
        and (
            orders.promised_date is not null
            or orders.shipped_at is not null
            or orders.delivered_at is not null
            or orders.status in ('shipped', 'delivered', 'returned')
        )
    {% if is_incremental() and not is_forward() %}
    union all
    -- A day pulled again may tell otherwise where a seller was when other orders last changed.
    select {{ recorded }}
    from (
        select present.*
        from {{ this }} as present
        left join sellers on {{ known_at_change('present', 'sellers') }}
        where
            present.changed_date >= {{ first_changed_day() }}
            and present.seller_state is distinct from sellers.seller_state
            and present.order_id not in (select order_id from {{ ref('int_orders__touched') }})
    ) as moved
    {% endif %}
),

distances as (
    select
        shops.state as seller_state,
        homes.state,
        round({{ great_circle_km('shops', 'homes') }}, 1) as distance_km
    from {{ if_brazilian(ref('brazilian_states')) }} as shops
    cross join {{ if_brazilian(ref('brazilian_states')) }} as homes
)

select
    deliveries.order_id,
    deliveries.ordered_date,
    deliveries.customer_key,
    deliveries.channel,
    deliveries.seller_id,
    sellers.seller_state,
    deliveries.state,
    homes.region,
    homes.is_remote_region,
    distances.distance_km,
    deliveries.status,
    deliveries.is_cancelled,
    deliveries.promised_date,
    deliveries.ordered_at,
    deliveries.approved_at,
    deliveries.shipped_at,
    deliveries.delivered_at,
    {{ days_between('deliveries.approved_at', 'deliveries.shipped_at') }} as handling_days,
    {{ days_between('deliveries.shipped_at', 'deliveries.delivered_at') }} as transit_days,
    {{ days_between('deliveries.ordered_at', 'deliveries.delivered_at') }} as delivery_days,
    ({{ business_date('deliveries.delivered_at') }} - deliveries.promised_date)::integer as late_days,
    deliveries.is_late,
    deliveries.is_late_by_instant,
    {{ is_missing('deliveries.approved_at') }} as is_missing_approved_at,
    {{ is_missing('deliveries.shipped_at') }} as is_missing_shipped_at,
    {{ is_missing('deliveries.delivered_at') }} as is_missing_delivered_at,
    deliveries.has_backward_times,
    deliveries.changed_date
from deliveries
left join sellers on {{ known_at_change('deliveries', 'sellers') }}
left join {{ if_brazilian(ref('brazilian_states')) }} as homes on deliveries.state = homes.state
left join distances on sellers.seller_state = distances.seller_state and deliveries.state = distances.state
