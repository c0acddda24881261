{#- Rows that name what is not in the other table; like dbt's own test, which would read that table whole each day. -#}
{% test relationships(model, column_name, to, field) %}
select child.{{ column_name }}
from {{ model }} as child
left join {{ rows_of_this_build(to) }} as parent on child.{{ column_name }} = parent.{{ field }}
where child.{{ column_name }} is not null and parent.{{ field }} is null
{% endtest %}
