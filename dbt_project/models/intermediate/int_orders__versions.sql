-- Grain: one row per order and day from which what features read of it differed, with the span of days on which this
-- was what the shop knew. Features at a cut-off read the version known before it, whatever happened to the order later.
-- depends_on: {{ ref('int_orders__touched') }}
{{ config(materialized='incremental', incremental_strategy='replace_touched_versions', on_schema_change='fail') }}
{%- set content -%}
customer_key, ordered_date, channel, state, is_cancelled, item_count, returned_item_count, revenue_brl, returned_brl,
    freight_brl, is_late, lines_hash
{%- endset %}
{%- set only_changed = 'true' %}
{%- if is_incremental() %}
{%- set only_changed -%}
changed_date >= {{ first_changed_day() }} and order_id in (select order_id from {{ ref('int_orders__touched') }})
{%- endset %}
{%- endif %}

with lines as (
    select
        order_id,
        changed_date,
        sum(line_total_brl) filter (where not is_return) as sold_brl,
        -sum(line_total_brl) filter (where is_return) as returned_brl,
        sum(freight_brl) as freight_brl,
        count(*) filter (where not is_return) as item_count,
        count(*) filter (where is_return) as return_line_count,
        count(*) filter (where is_return and line_total_brl < 0) as returned_item_count,
        count(*) filter (where not is_return and line_total_brl > 0) as paid_item_count,
        bit_xor(hash(line_number, product_id)) filter (where not is_return) as lines_hash
    from {{ ref('stg_raw__order_items') }}
    where {{ only_changed }}
    group by order_id, changed_date
),

changes as (
    select
        orders.order_id,
        orders.changed_date as known_from_date,
        orders.customer_key,
        orders.ordered_date,
        orders.channel,
        orders.state,
        orders.is_cancelled,
        coalesce(lines.item_count, 0) as item_count,
        {{ what_came_back(
            'false', 'orders.is_returned', 'lines.return_line_count', 'lines.returned_item_count', 'lines.paid_item_count'
        ) }} as returned_item_count,
        case when orders.is_cancelled then 0 else coalesce(lines.sold_brl, 0) end::decimal(18, 2) as revenue_brl,
        {{ what_came_back(
            'orders.is_cancelled', 'orders.is_returned', 'lines.return_line_count', 'lines.returned_brl', 'lines.sold_brl'
        ) }}::decimal(18, 2) as returned_brl,
        coalesce(lines.freight_brl, 0)::decimal(18, 2) as freight_brl,
        {{ business_date('orders.delivered_at') }} > orders.promised_date as is_late,
        coalesce(lines.lines_hash, 0) as lines_hash
    from (select * from {{ ref('stg_raw__orders') }} where {{ only_changed }}) as orders
    left join lines using (order_id, changed_date)
    {% if is_incremental() %}
    union all
    select order_id, known_from_date, {{ content }}
    from {{ this }}
    where {{ reaches_changed_days(this) }} and known_from_date < {{ first_changed_day() }}
    {% endif %}
),

compared as (
    select
        *,
        hash({{ content }}) as content_hash,
        lag(hash({{ content }})) over by_day as previous_content_hash
    from changes
    window by_day as (partition by order_id order by known_from_date)
)

select
    order_id,
    known_from_date,
    lead(known_from_date) over (partition by order_id order by known_from_date) as known_until_date,
    {{ content }}
from compared
where previous_content_hash is distinct from content_hash
