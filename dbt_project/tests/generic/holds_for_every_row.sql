{#- Rows of which the expression is false or NULL: write `x is null or ...` where NULL is allowed. -#}
{% test holds_for_every_row(model, expression) %}
select *
from {{ model }}
where ({{ expression }}) is not true
{% endtest %}
