{#- Rows that name what is not in the other table; like dbt's own test, which would read that table whole each day. -#}
{% test relationships(model, column_name, to, field) %}
with child as (
    select {{ column_name }} from {{ model }} where {{ column_name }} is not null
),

parent as (
    select {{ field }} from {{ rows_of_this_build(to) }} as rows_of_parent
)

select child.{{ column_name }}
from child
left join parent on child.{{ column_name }} = parent.{{ field }}
where parent.{{ field }} is null
{% endtest %}
