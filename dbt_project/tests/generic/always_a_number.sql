{#- The columns that hold a NULL, NaN or infinity and in how many rows, found in one pass. -#}
{% test always_a_number(model, columns) %}
select
    column_name,
    bad_count
from (
    select
        {%- for column in columns %}
        count(*) filter (where isfinite({{ column }}) is not true) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}
) unpivot (bad_count for column_name in ({{ columns | join(', ') }}))
where bad_count > 0
{% endtest %}
