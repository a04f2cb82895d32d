-- One row per person of the last Sunday: what they consented to as known on it, when the week's models are learned.
select * exclude (as_of_date)
from {{ ref('user_consent_history') }}
where as_of_date = (select max(as_of_date) from {{ ref('int_cuts') }} where is_weekly)
