{#- Rows that name what is not in the other table; like dbt's own test, which would read that table whole each day. What the
    rows of this build name, this build has written too: an order's customer, a line's order. -#}
{% test relationships(model, column_name, to, field) %}
{%- set is_of_this_build = 'rows_of_this_build' in model | string %}
with child as (
    select {{ column_name }} from {{ model }} where {{ column_name }} is not null
),

parent as (
    select {{ field }} from {{ rows_of_this_build(to) if is_of_this_build else to }} as rows_of_parent
)

select child.{{ column_name }}
from child
left join parent on child.{{ column_name }} = parent.{{ field }}
where parent.{{ field }} is null
{% endtest %}
