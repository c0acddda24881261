-- Grain: one row per customer and cut-off; only what the shop knew before as_of_date counts.
-- Where models learn, a large shop has a sample of its customers; where they are scored, all.
-- The only definition of a feature: training, batch scoring and serving all use it.
{{ config(materialized='table') }}

with cutoffs as (
    select
        as_of_date,
        keys_below
    from {{ as_of_dates() }} as wanted
),

orders as (
    select
        cutoffs.as_of_date,
        versions.*,
        not versions.is_cancelled and versions.item_count > 0 as is_sale
    from {{ ref('int_orders__versions') }} as versions
    inner join cutoffs
        on
            versions.known_from_date < cutoffs.as_of_date
            and (versions.known_until_date is null or versions.known_until_date >= cutoffs.as_of_date)
            and (cutoffs.keys_below is null or versions.customer_key < cutoffs.keys_below)
    where versions.customer_key is not null
),

behaviour as (
    select
        customer_key,
        as_of_date,
        arg_max(state, (ordered_date, order_id)) as state,
        as_of_date - max(ordered_date) filter (where is_sale) as recency_days,
        as_of_date - min(ordered_date) filter (where is_sale) as tenure_days,
        count(*) filter (where is_sale) as order_count,
        count(*) filter (where is_sale and ordered_date >= as_of_date - 30) as order_last_30_days_count,
        count(*) filter (where is_sale and ordered_date >= as_of_date - 90) as order_last_90_days_count,
        count(*) filter (where is_sale and ordered_date >= as_of_date - 365) as order_last_365_days_count,
        greatest(sum(revenue_brl - returned_brl), 0) as net_revenue_brl,
        greatest(coalesce(sum(revenue_brl - returned_brl) filter (where ordered_date >= as_of_date - 90), 0), 0)
            as net_revenue_last_90_days_brl,
        greatest(coalesce(sum(revenue_brl - returned_brl) filter (where ordered_date >= as_of_date - 365), 0), 0)
            as net_revenue_last_365_days_brl,
        sum(revenue_brl - returned_brl) filter (where ordered_date between as_of_date - 365 and as_of_date - 276)
            as net_revenue_same_season_last_year_brl,
        sum(revenue_brl) as sold_brl,
        sum(revenue_brl::decimal(38, 2) * revenue_brl) as squared_tickets_brl2,
        max(revenue_brl) as largest_ticket_brl,
        max({ 'on_date': ordered_date, 'brl': revenue_brl }) filter (where is_sale) as last_sale,
        -- Sorting a customer's few days costs half of what a window over all orders does.
        list_sort(list(ordered_date) filter (where is_sale)) as sale_dates,
        sum(item_count) filter (where is_sale) as item_count,
        -- A shop may book a refund of freight as a negative amount.
        greatest(sum(freight_brl) filter (where not is_cancelled), 0)::double
        / nullif(greatest(sum(freight_brl) filter (where not is_cancelled), 0) + sum(revenue_brl), 0) as freight_share,
        count(*) filter (where is_sale and channel = 'app') / count(*) filter (where is_sale) as app_share,
        count(*) filter (where is_sale and channel = 'store') / count(*) filter (where is_sale) as store_share,
        count(*) filter (where is_cancelled) as cancelled_order_count,
        sum(returned_item_count) as returned_item_count,
        count(*) filter (where is_late) as late_delivery_count,
        count(*) filter (where is_cancelled) / count(*) as cancelled_order_share,
        count(*) filter (where returned_item_count > 0) / count(*) as returned_order_share,
        count(*) filter (where is_late) / count(*) as late_delivery_share
    from orders
    group by customer_key, as_of_date
    having count(*) filter (where is_sale) > 0
),

rhythm as (
    select
        *,
        order_count - 1 as gap_count,
        tenure_days - recency_days as span_days,
        case when order_count > 1 then (tenure_days - recency_days) / (order_count - 1) else tenure_days end
            as interpurchase_days,
        coalesce(
            list_sum(list_transform(range(1, order_count), lambda i: (sale_dates[i + 1] - sale_dates[i]) ** 2)), 0
        )::bigint as squared_gaps,
        -- Whole cents are exact: the spread of equal tickets is 0.
        (sold_brl * 100)::hugeint as sold_cents,
        (squared_tickets_brl2 * 10000)::hugeint as squared_cents,
        greatest(net_revenue_brl - net_revenue_last_90_days_brl, 0) as past_net_revenue_brl,
        -- What was spent before the last 90 days is spread over as many at least: a first order is no habit.
        greatest(tenure_days - 90, 90) as past_days
    from behaviour
),

products as (
    select
        changes.product_id,
        cutoffs.as_of_date,
        arg_max_null(changes.category, changes.changed_date) as category
    from {{ ref('stg_raw__products') }} as changes
    inner join cutoffs on changes.changed_date < cutoffs.as_of_date
    group by changes.product_id, cutoffs.as_of_date
),

category_lines as (
    select
        orders.customer_key,
        orders.as_of_date,
        coalesce(products.category, 'unknown') as category,
        count(*) as line_count
    from orders
    inner join {{ ref('stg_raw__order_items') }} as items
        on orders.order_id = items.order_id and orders.known_from_date = items.changed_date
    left join products on items.product_id = products.product_id and orders.as_of_date = products.as_of_date
    where orders.is_sale and not items.is_return
    group by all
),

categories as (
    select
        customer_key,
        as_of_date,
        count(*) as category_count,
        max(line_count) / sum(line_count) as favourite_category_share,
        1 - sum(line_count * line_count) / (sum(line_count) * sum(line_count)) as category_mix_share
    from category_lines
    group by customer_key, as_of_date
)

select
    customer_key,
    as_of_date,
    state,
    recency_days::double as recency_days,
    tenure_days::double as tenure_days,
    order_count::double as order_count,
    order_last_30_days_count::double as order_last_30_days_count,
    order_last_90_days_count::double as order_last_90_days_count,
    order_last_365_days_count::double as order_last_365_days_count,
    net_revenue_brl::double as net_revenue_brl,
    net_revenue_last_90_days_brl::double as net_revenue_last_90_days_brl,
    net_revenue_last_365_days_brl::double as net_revenue_last_365_days_brl,
    greatest(coalesce(net_revenue_same_season_last_year_brl, 0), 0)::double as net_revenue_same_season_last_year_brl,
    sold_brl::double / order_count as average_ticket_brl,
    largest_ticket_brl::double as largest_ticket_brl,
    last_sale.brl::double as last_ticket_brl,
    sqrt((order_count * squared_cents - sold_cents * sold_cents)::double) / order_count / 100 as ticket_spread_brl,
    item_count::double as item_count,
    item_count::double / order_count as average_item_count,
    category_count::double as category_count,
    favourite_category_share::double as favourite_category_share,
    category_mix_share::double as category_mix_share,
    coalesce(freight_share, 0)::double as freight_share,
    app_share::double as app_share,
    store_share::double as store_share,
    cancelled_order_count::double as cancelled_order_count,
    returned_item_count::double as returned_item_count,
    late_delivery_count::double as late_delivery_count,
    cancelled_order_share::double as cancelled_order_share,
    returned_order_share::double as returned_order_share,
    late_delivery_share::double as late_delivery_share,
    interpurchase_days::double as interpurchase_days,
    sqrt((gap_count * squared_gaps - span_days * span_days)::double) / greatest(gap_count, 1)
        as interpurchase_spread_days,
    recency_days / (recency_days + interpurchase_days)::double as silence_share,
    case
        when tenure_days > 90 and net_revenue_brl > 0
            then
                net_revenue_last_90_days_brl::double * past_days
                / (net_revenue_last_90_days_brl::double * past_days + past_net_revenue_brl::double * 90)
        else 0.5
    end::double as net_revenue_trend_share,
    sin(2 * pi() * dayofyear(as_of_date) / 365.25) as day_of_year_sin,
    cos(2 * pi() * dayofyear(as_of_date) / 365.25) as day_of_year_cos
from rhythm
inner join categories using (customer_key, as_of_date)
order by as_of_date, customer_key
