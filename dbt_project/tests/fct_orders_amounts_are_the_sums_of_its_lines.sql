-- Orders whose amounts differ from their lines, and lines that stand without an order.
with lines as (
    select
        order_id,
        count(*) as line_count,
        count(*) filter (where not is_return) as item_count,
        sum(if(is_return, 0, line_total_brl)) as sold_brl,
        sum(if(is_return, -line_total_brl, 0)) as taken_back_brl,
        count(*) filter (where is_return) as return_line_count,
        sum(freight_brl) as freight_brl
    from {{ rows_of_this_build(ref('fct_order_items')) }} as items
    group by order_id
)

select
    order_id,
    orders.sold_brl,
    lines.sold_brl as lines_sold_brl
from {{ rows_of_this_build(ref('fct_orders')) }} as orders
full outer join lines using (order_id)
where
    orders.line_count is distinct from coalesce(lines.line_count, 0)
    or orders.item_count is distinct from coalesce(lines.item_count, 0)
    or orders.sold_brl is distinct from coalesce(lines.sold_brl, 0)
    or orders.freight_brl is distinct from coalesce(lines.freight_brl, 0)
    or orders.returned_brl is distinct from case
        when orders.is_cancelled then 0
        when orders.status = 'returned' and lines.return_line_count = 0 then lines.sold_brl
        else coalesce(lines.taken_back_brl, 0)
    end
