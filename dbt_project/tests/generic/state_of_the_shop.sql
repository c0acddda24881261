{#- States that the shop's country does not have: in Brazil all but its 27, elsewhere none but a blank name. -#}
{% test state_of_the_shop(model, column_name, or_unknown=false) %}
select {{ column_name }}
from {{ model }}
where
    {% if is_brazilian() -%}
    {{ column_name }} not in (select states.state from {{ ref('brazilian_states') }} as states)
    {%- if or_unknown %} and {{ column_name }} <> 'unknown' {%- endif %}
    {%- else -%}
    trim({{ column_name }}) = ''
    {%- endif %}
{% endtest %}
