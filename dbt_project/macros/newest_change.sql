{#- The newest change of each key in a change log. Incrementally: of the keys that changed on a changed day, or whose
    present row came from one (a day that was pulled again may have lost them). -#}
{% macro newest_change(changes, key) -%}
  select *
  from {{ changes }}
  {% if is_incremental() -%}
  where {{ key }} in (
    select {{ key }} from {{ changes }} where changed_date in {{ changed_days() }}
    union all
    select {{ key }} from {{ this }} where changed_date in {{ changed_days() }}
  )
  {%- endif %}
  qualify row_number() over (partition by {{ key }} order by changed_date desc) = 1
{%- endmacro %}
