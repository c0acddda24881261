{#- The columns that hold a NULL and in how many rows, found in one pass. With only_changed_days as in unique_combination. -#}
{% test never_null(model, columns, only_changed_days=false) %}
select
    column_name,
    null_count
from (
    select
        {%- for column in columns %}
        count(*) - count({{ column }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}
    {%- if only_changed_days and execute and env_var('ESHOP_CHANGED_DAYS', '') %}
    where changed_date in {{ changed_days() }}
    {%- endif %}
) unpivot (null_count for column_name in ({{ columns | join(', ') }}))
where null_count > 0
{% endtest %}
